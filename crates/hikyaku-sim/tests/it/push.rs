use hikyaku_sim::Sim;
use serde_json::json;

use crate::http::post;

pub(crate) const PUSH: &str = "/v2/bot/message/push";

/// A push of one text.
pub(crate) fn hello(to: impl AsRef<str>) -> String {
    json!({ "to": to.as_ref(), "messages": [{ "type": "text", "text": "hello" }] }).to_string()
}

#[tokio::test]
async fn a_friend_receives_what_was_sent() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let answer = post(&sim, PUSH, &hello(&friend)).await;
    assert_eq!(answer.status, 200);
    let sent = &answer.json()["sentMessages"][0];
    assert!(sent["id"].is_string() && sent["quoteToken"].is_string(), "{sent}");

    let outbox = sim.outbox();
    let [delivery] = outbox.as_slice() else { panic!("{outbox:?}") };
    assert_eq!(delivery.to, friend);
    assert_eq!(delivery.messages, [json!({ "type": "text", "text": "hello" })]);
    assert_eq!(delivery.request_id, answer.request_id());
    assert_eq!(delivery.message_ids, [sent["id"].as_str().unwrap()]);
    assert!(!delivery.notification_disabled);
}

#[tokio::test]
async fn people_who_are_no_friends_or_have_blocked_receive_nothing_and_the_answer_is_200() {
    let sim = Sim::start().await.unwrap();
    let (blocked, stranger) = (sim.add_friend(), sim.add_user());
    sim.block(&blocked);
    for user in [&blocked, &stranger] {
        assert_eq!(post(&sim, PUSH, &hello(user)).await.status, 200);
    }
    assert_eq!(sim.delivered(), 0);
    sim.user_says(&stranger, "hi");
    post(&sim, PUSH, &hello(&stranger)).await;
    assert_eq!(sim.delivery_count(&stranger), 1);
}

#[tokio::test]
async fn a_target_that_is_nobody_is_refused() {
    let sim = Sim::start().await.unwrap();
    for id in ["U", "C", "R"].map(|letter| format!("{letter}{:032x}", 7)) {
        post(&sim, PUSH, &hello(id)).await.is(400, r#"{"message":"Failed to send messages"}"#);
    }
    post(&sim, PUSH, &hello("Uxyz")).await.is(
        400,
        r#"{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}"#,
    );
}
