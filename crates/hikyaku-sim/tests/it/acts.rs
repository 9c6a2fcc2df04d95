//! What people do besides talking, as their bot is told of it.

use hikyaku_model::event::{BeaconContent, BeaconType};
use hikyaku_sim::{MembershipPlan, Sim};
use serde_json::{Value, json};

use crate::http::{control, post};

async fn start() -> Sim {
    let sim = Sim::start().await.unwrap();
    sim.set_webhook("http://127.0.0.1:9/").unwrap();
    sim
}

/// The newest event, without what is new in each.
fn event(sim: &Sim) -> Value {
    let event = sim.webhooks().all().pop().unwrap().events.remove(0);
    let mut json = serde_json::to_value(event).unwrap();
    for name in ["webhookEventId", "timestamp", "deliveryContext", "mode"] {
        json.as_object_mut().unwrap().remove(name);
    }
    json
}

#[tokio::test]
async fn a_text_in_a_group_is_changed() {
    let sim = start().await;
    let hana = sim.add_friend();
    let group = sim.add_group(std::slice::from_ref(&hana));
    let said = sim.user_says(&group, "helo");
    let edited = sim.edit(&said, "hello");
    let json = event(&sim);
    assert_eq!(json["message"]["id"], said.message_id.as_str());
    assert_ne!(json["message"]["quoteToken"], json!(said.quote_token));
    assert_eq!(
        json,
        json!({
            "type": "messageEdited",
            "source": { "type": "group", "groupId": group, "userId": hana },
            "replyToken": edited.reply_token,
            "message": {
                "type": "text", "id": said.message_id, "text": "hello",
                "quoteToken": json["message"]["quoteToken"],
            },
        })
    );
    let reply =
        json!({ "replyToken": edited.reply_token, "messages": [{ "type": "text", "text": "ok" }] });
    assert_eq!(post(&sim, "/v2/bot/message/reply", &reply.to_string()).await.status, 200);

    let path = format!("/chats/{group}/messages/{}", said.message_id);
    let edited = control(&sim, "PUT", &path, r#"{"text":"hello!"}"#).await;
    assert_eq!((edited.status, event(&sim)["message"]["text"].clone()), (200, json!("hello!")));
    let unknown = format!("/chats/{group}/messages/1");
    assert_eq!(control(&sim, "PUT", &unknown, r#"{"text":"a"}"#).await.status, 404);
    let alone = sim.user_says(&hana, "a");
    let path = format!("/chats/{hana}/messages/{}", alone.message_id);
    assert_eq!(control(&sim, "PUT", &path, r#"{"text":"a"}"#).await.status, 400);
}

#[tokio::test]
async fn videos_beacons_and_memberships_are_told() {
    let sim = start().await;
    let hana = sim.add_friend();
    let source = json!({ "type": "user", "userId": hana });
    let played = sim.play_video(&hana, "track-id");
    assert_eq!(
        event(&sim),
        json!({
            "type": "videoPlayComplete", "source": source, "replyToken": played.reply_token,
            "videoPlayComplete": { "trackingId": "track-id" },
        })
    );
    let near = sim.beacon(&hana, BeaconContent::new("d41d8cd98f", BeaconType::Enter));
    assert_eq!(
        event(&sim),
        json!({
            "type": "beacon", "source": source, "replyToken": near.reply_token,
            "beacon": { "hwid": "d41d8cd98f", "type": "enter" },
        })
    );
    let id = sim.add_membership(MembershipPlan::default());
    assert!(!sim.renew_membership(&hana, id));
    assert!(!sim.leave_membership(&hana, id));
    for (what, happens) in
        [("joined", sim.join_membership(&hana, id)), ("renewed", true), ("left", true)]
    {
        match what {
            "renewed" => assert!(sim.renew_membership(&hana, id)),
            "left" => assert!(sim.leave_membership(&hana, id)),
            _ => assert!(happens),
        }
        let mut json = event(&sim);
        assert!(json.as_object_mut().unwrap().remove("replyToken").is_some_and(|t| t.is_string()));
        let membership = json!({ "type": what, "membershipId": id });
        assert_eq!(
            json,
            json!({ "type": "membership", "source": source, "membership": membership })
        );
    }
}
