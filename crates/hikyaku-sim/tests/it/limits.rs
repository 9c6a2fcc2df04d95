use std::time::Duration;

use hikyaku_sim::{ClockMode, Rate, Sim, SimBuilder};
use serde_json::json;

use crate::{
    http::{control, get, post},
    push::{PUSH, hello},
};

const RATE: &str = r#"{"message":"The API rate limit has been exceeded. Try again later."}"#;
const MONTH: &str = r#"{"message":"You have reached your monthly limit."}"#;
const BROADCAST: &str = "/v2/bot/message/broadcast";
const TO_ALL: &str = r#"{"messages":[{"type":"text","text":"hello"}]}"#;

/// A sim whose clock stands still on the last minute of August in Japan.
fn standing_still() -> SimBuilder {
    Sim::builder().clock(ClockMode::Fixed("2026-08-31T14:59:00Z".parse().unwrap()))
}

#[tokio::test]
async fn sixty_broadcasts_an_hour_and_one_more_each_minute() {
    let sim = standing_still().start().await.unwrap();
    for _ in 0..60 {
        assert_eq!(post(&sim, BROADCAST, TO_ALL).await.status, 200);
    }
    post(&sim, BROADCAST, TO_ALL).await.is(429, RATE);
    sim.advance(Duration::from_secs(59));
    post(&sim, BROADCAST, TO_ALL).await.is(429, RATE);
    sim.advance(Duration::from_secs(1));
    assert_eq!(post(&sim, BROADCAST, TO_ALL).await.status, 200);
    post(&sim, BROADCAST, TO_ALL).await.is(429, RATE);

    assert_eq!(post(&sim.add_channel(), BROADCAST, TO_ALL).await.status, 200);
    assert_eq!(get(&sim, "/v2/bot/info").await.status, 200);
}

#[tokio::test]
async fn a_rate_can_be_set_and_limits_be_switched_off() {
    let sim = standing_still().start().await.unwrap();
    let body = hello(sim.add_friend());
    assert!(sim.set_rate_limit("POST", PUSH, Rate::per_second(1)));
    assert!(!sim.set_rate_limit("GET", PUSH, Rate::per_second(1)));
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    post(&sim, PUSH, &body).await.is(429, RATE);
    sim.set_rate_limit("POST", PUSH, None);
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    sim.set_rate_limit("POST", PUSH, Rate::per_second(1));
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    assert_eq!(post(&sim, PUSH, &body).await.status, 429);
    sim.set_rate_limits(false);
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
}

#[tokio::test]
async fn the_rate_comes_before_the_body_and_a_request_that_is_refused_counts() {
    let sim = standing_still().start().await.unwrap();
    sim.set_rate_limit("POST", PUSH, Rate::per_second(1));
    assert_eq!(post(&sim, PUSH, "no json").await.status, 400);
    post(&sim, PUSH, "no json").await.is(429, RATE);
}

#[tokio::test]
async fn the_quota_counts_recipients_and_refuses_a_send_whole() {
    let sim = standing_still().quota(3).start().await.unwrap();
    let friends = sim.add_friends(2);
    let group = sim.add_group(&friends);
    assert_eq!(post(&sim, PUSH, &hello(&group)).await.status, 200);
    get(&sim, "/v2/bot/message/quota").await.is(200, r#"{"type":"limited","value":3}"#);
    get(&sim, "/v2/bot/message/quota/consumption").await.is(200, r#"{"totalUsage":2}"#);
    post(&sim, PUSH, &hello(&group)).await.is(429, MONTH);
    post(&sim, BROADCAST, TO_ALL).await.is(429, MONTH);
    let multicast = json!({ "to": friends, "messages": [{ "type": "text", "text": "a" }] });
    post(&sim, "/v2/bot/message/multicast", &multicast.to_string()).await.is(429, MONTH);
    assert_eq!(sim.delivered(), 2);
    assert_eq!(post(&sim, PUSH, &hello(&friends[0])).await.status, 200);
    assert_eq!(sim.quota_used(), 3);

    sim.advance(Duration::from_secs(60));
    get(&sim, "/v2/bot/message/quota/consumption").await.is(200, r#"{"totalUsage":0}"#);
    assert_eq!(post(&sim, PUSH, &hello(&group)).await.status, 200);
}

#[tokio::test]
async fn blocked_people_cost_nothing_and_many_messages_cost_as_one() {
    let sim = standing_still().quota(1).start().await.unwrap();
    let (friend, blocked) = (sim.add_friend(), sim.add_friend());
    sim.block(&blocked);
    assert_eq!(post(&sim, PUSH, &hello(&blocked)).await.status, 200);
    let text = json!({ "type": "text", "text": "a" });
    let five = json!({ "to": friend, "messages": [text, text, text, text, text] });
    assert_eq!(post(&sim, PUSH, &five.to_string()).await.status, 200);
    assert_eq!(sim.quota_used(), 1);
}

#[tokio::test]
async fn the_largest_use_there_is_does_not_overflow() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let used = json!({ "limit": null, "used": u64::MAX }).to_string();
    assert_eq!(control(&sim, "PUT", "/quota", &used).await.status, 200);
    assert_eq!(post(&sim, PUSH, &hello(friend)).await.status, 200);
    let consumption = get(&sim, "/v2/bot/message/quota/consumption").await.json();
    assert_eq!(consumption["totalUsage"], u64::MAX);
}

#[tokio::test]
async fn without_a_limit_the_quota_says_so() {
    let sim = Sim::start().await.unwrap();
    get(&sim, "/v2/bot/message/quota").await.is(200, r#"{"type":"none"}"#);
}

#[tokio::test]
async fn a_clock_that_is_set_back_finds_the_month_as_it_was() {
    let sim = standing_still().quota(1).start().await.unwrap();
    let body = hello(sim.add_friend());
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    let to = async |at: &str| {
        let mode = json!({ "mode": "fixed", "at": at }).to_string();
        control(&sim, "PUT", "/clock", &mode).await.is_status(200);
    };
    to("2026-08-31T15:00:00Z").await;
    let used = sim.user_says(sim.friends()[0].clone(), "hi").reply_token;
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    to("2026-08-31T14:59:30Z").await;
    post(&sim, PUSH, &body).await.is(429, MONTH);
    assert_eq!(sim.quota_used(), 1);
    // A token of a later time is no good yet.
    let reply = json!({ "replyToken": used, "messages": [{ "type": "text", "text": "a" }] });
    assert_eq!(post(&sim, "/v2/bot/message/reply", &reply.to_string()).await.status, 400);
}
