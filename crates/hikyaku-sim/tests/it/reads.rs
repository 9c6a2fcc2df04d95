use std::time::Duration;

use hikyaku_sim::{ClockMode, Person, Sim};
use serde_json::json;

use crate::{
    http::{get, post},
    push::{PUSH, hello},
};

#[tokio::test]
async fn a_days_count_is_ready_on_the_next_day_in_japan() {
    let start = "2026-08-01T14:59:59Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let friends = sim.add_friends(2);
    post(&sim, PUSH, &hello(&friends[0])).await;
    post(&sim, PUSH, &hello(sim.add_group(&friends))).await;
    let count = async |kind: &str, date: &str| {
        get(&sim, &format!("/v2/bot/message/delivery/{kind}?date={date}")).await
    };
    count("push", "20260801").await.is(200, r#"{"status":"unready"}"#);
    sim.advance(Duration::from_secs(1));
    count("push", "20260801").await.is(200, r#"{"status":"ready","success":3}"#);
    count("push", "20260802").await.is(200, r#"{"status":"unready"}"#);
    count("push", "20991231").await.is(200, r#"{"status":"unready"}"#);
    count("push", "20180330").await.is(200, r#"{"status":"out_of_service"}"#);
    count("push", "20180331").await.is(200, r#"{"status":"ready","success":0}"#);
    for kind in ["reply", "multicast", "broadcast", "pnp"] {
        count(kind, "20260801").await.is(200, r#"{"status":"ready","success":0}"#);
    }
    for wrong in ["", "2026-08-01", "20260832", "2026080a"] {
        count("push", wrong)
            .await
            .is(400, r#"{"message":"The value for the 'date' parameter is invalid"}"#);
    }
}

#[tokio::test]
async fn aggregation_units_are_counted_by_name_and_month() {
    let start = "2026-08-31T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let friend = sim.add_friend();
    let push = async |unit: &str| {
        let text = json!({ "type": "text", "text": "a" });
        let body = json!({ "to": friend, "messages": [text], "customAggregationUnits": [unit] });
        post(&sim, PUSH, &body.to_string()).await
    };
    for unit in ["a", "b", "a", "A"] {
        assert_eq!(push(unit).await.status, 200);
    }
    let info = "/v2/bot/message/aggregation/info";
    get(&sim, info).await.is(200, r#"{"numOfCustomAggregationUnits":3}"#);
    assert_eq!(push("no-hyphens").await.status, 400);
    for number in 0..998 {
        push(&format!("u{number}")).await;
    }
    get(&sim, info).await.is(200, r#"{"numOfCustomAggregationUnits":1000}"#);
    let outbox = sim.outbox();
    assert_eq!(outbox.last().unwrap().unit, None);
    assert_eq!(outbox[outbox.len() - 2].unit.as_deref(), Some("u996"));
    sim.advance(Duration::from_secs(24 * 60 * 60));
    get(&sim, info).await.is(200, r#"{"numOfCustomAggregationUnits":0}"#);
}

#[tokio::test]
async fn the_account_and_its_friends_have_profiles() {
    let sim = Sim::start().await.unwrap();
    let info = get(&sim, "/v2/bot/info").await.json();
    assert_eq!(info["userId"], json!(sim.bot_user_id()));
    assert_eq!((&info["chatMode"], &info["markAsReadMode"]), (&json!("chat"), &json!("manual")));

    let name = Some("Ichiro".to_owned());
    let user = sim.add_friend_as(Person { display_name: name, ..Person::default() });
    let path = format!("/v2/bot/profile/{user}");
    let profile = json!({ "displayName": "Ichiro", "userId": user });
    assert_eq!(get(&sim, &path).await.json(), profile);
    sim.block(&user);
    get(&sim, &path).await.is(404, r#"{"message":"Not found"}"#);
    let stranger = sim.add_user();
    let path = format!("/v2/bot/profile/{stranger}");
    assert_eq!(get(&sim, &path).await.status, 404);
    sim.user_says(&stranger, "hi");
    assert_eq!(get(&sim, &path).await.status, 200);
    get(&sim, "/v2/bot/profile/someone")
        .await
        .is(400, r#"{"message":"The value for the 'userId' parameter is invalid"}"#);
}
