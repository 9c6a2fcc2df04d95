use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim};
use serde_json::{Value, json};

use crate::http::{call, get, post};

const COUPONS: &str = "/v2/bot/coupon";

fn coupon(title: &str) -> Value {
    json!({
        "title": title,
        "acquisitionCondition": { "type": "normal" },
        "maxUseCountPerTicket": 1,
        "startTimestamp": 1_785_542_400,
        "endTimestamp": 1_785_542_400 + 86_400,
        "timezone": "ASIA_TOKYO",
        "visibility": "UNLISTED",
        "reward": { "type": "discount", "priceInfo": { "type": "fixed", "fixedAmount": 100 } },
    })
}

#[tokio::test]
async fn a_coupon_is_made_read_listed_and_closed_once() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let mut ids = Vec::new();
    for title in ["a", "b"] {
        let made = post(&sim, COUPONS, &coupon(title).to_string()).await;
        assert_eq!(made.status, 200, "{}", made.text());
        ids.push(made.json()["couponId"].as_str().unwrap().to_owned());
    }
    let mut expected = coupon("a");
    expected["couponId"] = ids[0].as_str().into();
    expected["status"] = "RUNNING".into();
    expected["createdTimestamp"] = 1_785_542_400.into();
    expected["maxTicketPerUser"] = 1.into();
    expected["reward"]["priceInfo"]["currency"] = "JPY".into();
    assert_eq!(get(&sim, &format!("{COUPONS}/{}", ids[0])).await.json(), expected);

    let mut share = coupon("c");
    share["reward"]["priceInfo"] = json!({ "type": "percentage", "percentage": 10 });
    let made = post(&sim, COUPONS, &share.to_string()).await.json();
    let path = format!("{COUPONS}/{}", made["couponId"].as_str().unwrap());
    assert_eq!(get(&sim, &path).await.json()["reward"], share["reward"], "no money, no currency");
    call(&sim, "PUT", &format!("{path}/close"), "").await.is(200, "{}");

    let close = format!("{COUPONS}/{}/close", ids[0]);
    call(&sim, "PUT", &close, "").await.is(200, "{}");
    let again = call(&sim, "PUT", &close, "").await;
    assert_eq!(again.status, 410);
    assert_eq!(again.json()["details"][0]["message"], "The coupon has already been closed.");
    let list = get(&sim, &format!("{COUPONS}?status=RUNNING")).await.json();
    assert_eq!(list, json!({ "items": [{ "couponId": ids[1], "title": "b" }] }));
    let first = get(&sim, &format!("{COUPONS}?limit=1&status=RUNNING&status=CLOSED")).await.json();
    assert_eq!(first["items"][0]["title"], "a");
    let next = format!("{COUPONS}?limit=1&start={}", first["next"].as_str().unwrap());
    assert_eq!(get(&sim, &next).await.json()["items"][0]["title"], "b");
    sim.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(get(&sim, &format!("{COUPONS}/{}", ids[1])).await.json()["status"], "CLOSED");

    let missing = get(&sim, &format!("{COUPONS}/unknown")).await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["details"][0]["message"], "coupon not found");
}

#[tokio::test]
async fn a_coupon_that_breaks_rules_is_refused() {
    let sim = Sim::start().await.unwrap();
    let mut wrong = coupon(&"a".repeat(61));
    wrong["reward"]["priceInfo"] = json!({ "type": "percentage", "percentage": 100 });
    let refused = post(&sim, COUPONS, &wrong.to_string()).await;
    assert_eq!(refused.status, 400);
    let properties: Vec<_> = refused.json()["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["property"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(properties, ["title", "reward.priceInfo.percentage"]);
    let empty = post(&sim, COUPONS, "{}").await;
    assert_eq!(empty.json()["message"], "The request body has 8 error(s)");
    let mut past = coupon("a");
    (past["startTimestamp"], past["endTimestamp"]) = (1.into(), 2.into());
    let refused = post(&sim, COUPONS, &past.to_string()).await;
    assert_eq!(refused.json()["details"][0]["property"], "endTimestamp");
}
