use hikyaku_sim::{MissionSticker, Sim};
use serde_json::json;

use crate::http::{control, post};

const MISSION: &str = "/shop/v3/mission";

#[tokio::test]
async fn a_person_is_given_stickers_that_the_channel_may_give() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_user();
    let give = async |to: &str, product: &str| {
        let body = json!({
            "to": to, "productType": "STICKER", "productId": product, "sendPresentMessage": false,
        });
        post(&sim, MISSION, &body.to_string()).await
    };
    sim.set_mission_sticker("0000", MissionSticker::Available);
    give(hana.as_str(), "0000").await.is(200, "");
    assert_eq!(sim.mission_stickers_of(&hana), ["0000"]);
    give("U1", "0000").await.is(400, r#"{"message":"invalid request"}"#);
    let nobody = "U000000000000000000000000000000ff";
    give(nobody, "0000").await.is(400, r#"{"message":"invalid request"}"#);
    give(hana.as_str(), "1").await.is(404, r#"{"message":"not found"}"#);
    for (state, words) in [
        ("noMission", "illegal argument"),
        ("outOfPeriod", "not in sales period"),
        ("notForChannel", "sticker set not available for channel"),
        ("notAvailable", "not available"),
    ] {
        let body = json!({ "state": state }).to_string();
        assert_eq!(control(&sim, "PUT", "/mission-stickers/2", &body).await.status, 204);
        give(hana.as_str(), "2").await.is(400, &json!({ "message": words }).to_string());
    }
    for (name, value) in [("productType", json!("EMOJI")), ("sendPresentMessage", json!(true))] {
        let mut body = json!({ "to": hana, "productType": "STICKER", "productId": "0000" });
        body[name] = value;
        let refused = post(&sim, MISSION, &body.to_string()).await;
        refused.is(400, r#"{"message":"illegal argument"}"#);
    }
    assert_eq!(post(&sim, MISSION, "{}").await.status, 400);
    assert_eq!(sim.mission_stickers_of(&hana), ["0000"]);
}
