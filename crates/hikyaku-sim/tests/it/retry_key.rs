use std::time::Duration;

use hikyaku_sim::{FaultRule, Sim};
use serde_json::json;

use crate::{
    http::{get, post_with},
    push::{PUSH, hello},
};

const KEY: (&str, &str) = ("X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000");
const ACCEPTED: &str = r#"{"message":"The retry key is already accepted"}"#;

#[tokio::test]
async fn a_key_acts_once_in_24_hours() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    let first = post_with(&sim, PUSH, &[KEY], &body).await;
    assert_eq!(first.status, 200);
    let repeat = post_with(&sim, PUSH, &[KEY], &body).await;
    assert_eq!(repeat.status, 409);
    assert_eq!(repeat.headers["x-line-accepted-request-id"], first.request_id());
    let expected = json!({
        "message": "The retry key is already accepted",
        "sentMessages": first.json()["sentMessages"],
    });
    assert_eq!(repeat.json(), expected);
    sim.advance(Duration::from_secs(24 * 60 * 60) - Duration::from_secs(60));
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 409);
    sim.advance(Duration::from_secs(60));
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 200);
    assert_eq!(sim.delivered(), 2);
}

#[tokio::test]
async fn the_other_sends_repeat_no_messages() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let messages = json!([{ "type": "text", "text": "hello" }]);
    for (number, path, body, status) in [
        (1, "multicast", json!({ "to": [friend], "messages": messages }), 200),
        (2, "broadcast", json!({ "messages": messages }), 200),
        (3, "narrowcast", json!({ "messages": messages }), 202),
    ] {
        let path = format!("/v2/bot/message/{path}");
        let key = format!("00000000-0000-4000-8000-00000000000{number}");
        let headers = [("x-line-retry-key", &*key)];
        post_with(&sim, &path, &headers, &body.to_string()).await.is(status, "{}");
        post_with(&sim, &path, &headers, &body.to_string()).await.is(409, ACCEPTED);
    }
}

#[tokio::test]
async fn a_key_of_an_attempt_that_was_not_accepted_stays_good() {
    let sim = Sim::builder().quota(0).start().await.unwrap();
    let body = hello(sim.add_friend());
    sim.fault(FaultRule::answer(500).times(1)).unwrap();
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 500);
    assert_eq!(post_with(&sim, PUSH, &[KEY], "{").await.status, 400);
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 429);
    sim.set_quota(1, 0);
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 200);
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 409);
}

#[tokio::test]
async fn a_key_belongs_to_its_channel() {
    let sim = Sim::start().await.unwrap();
    let other = sim.add_channel();
    let body = hello(sim.add_friend());
    assert_eq!(post_with(&sim, PUSH, &[KEY], &body).await.status, 200);
    assert_eq!(post_with(&other, PUSH, &[KEY], &body).await.status, 200);
}

#[tokio::test]
async fn a_key_is_a_dashed_uuid_and_four_operations_take_it() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    for wrong in ["1", "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}"]
    {
        let answer = post_with(&sim, PUSH, &[(KEY.0, wrong)], &body).await;
        answer.is(400, r#"{"message":"The retry key is invalid"}"#);
    }
    let said = sim.user_says(sim.add_friend(), "hi");
    let reply =
        json!({ "replyToken": said.reply_token, "messages": [{ "type": "text", "text": "a" }] });
    let answer = post_with(&sim, "/v2/bot/message/reply", &[KEY], &reply.to_string()).await;
    answer.is(400, r#"{"message":"The retry key is not supported by this API"}"#);
    assert_eq!(sim.delivered(), 0);
    assert_eq!(get(&sim, "/v2/bot/message/quota").await.status, 200);
}
