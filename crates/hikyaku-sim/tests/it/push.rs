use std::time::Duration;

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

#[tokio::test]
async fn a_group_receives_once_for_each_member() {
    let sim = Sim::start().await.unwrap();
    let (friend, stranger) = (sim.add_friend(), sim.add_user());
    let group = sim.add_group(&[friend.clone(), stranger.clone()]);
    let room = sim.add_room(std::slice::from_ref(&stranger));
    assert_eq!(post(&sim, PUSH, &hello(&group)).await.status, 200);
    assert_eq!(post(&sim, PUSH, &hello(&room)).await.status, 200);
    let outbox = sim.outbox();
    let chats: Vec<_> = outbox.iter().map(|d| (d.to.as_str(), d.chat.as_str())).collect();
    assert_eq!(
        chats,
        [
            (friend.as_str(), group.as_str()),
            (stranger.as_str(), group.as_str()),
            (stranger.as_str(), room.as_str())
        ]
    );
    assert_eq!(outbox[0].message_ids, outbox[1].message_ids);
    assert_eq!(sim.duplicates(), [(stranger, 2)]);

    let other = sim.add_channel();
    let answer = post(&other, PUSH, &hello(&group)).await;
    answer.is(400, r#"{"message":"Failed to send messages"}"#);
}

#[tokio::test]
async fn a_person_who_wrote_can_be_answered_for_seven_days() {
    let sim = Sim::start().await.unwrap();
    let stranger = sim.add_user();
    sim.user_says(&stranger, "hi");
    sim.advance(Duration::from_secs((7 * 24 - 1) * 60 * 60));
    post(&sim, PUSH, &hello(&stranger)).await;
    assert_eq!(sim.delivered(), 1);
    sim.advance(Duration::from_secs(60 * 60));
    assert_eq!(post(&sim, PUSH, &hello(&stranger)).await.status, 200);
    assert_eq!(sim.delivered(), 1);
}

#[tokio::test]
async fn messages_that_can_be_quoted_get_a_token_in_their_order() {
    let sim = Sim::start().await.unwrap();
    let body = json!({
        "to": sim.add_friend(),
        "notificationDisabled": true,
        "customAggregationUnits": ["promotion_a"],
        "messages": [
            { "type": "sticker", "packageId": "446", "stickerId": "1988" },
            { "type": "location", "title": "here", "address": "there", "latitude": 35.6, "longitude": 139.7 },
            { "type": "text", "text": "two" },
        ],
    });
    let answer = post(&sim, PUSH, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = answer.json()["sentMessages"].clone();
    let quotable: Vec<_> =
        sent.as_array().unwrap().iter().map(|sent| sent.get("quoteToken").is_some()).collect();
    assert_eq!(quotable, [true, false, true]);
    let delivery = &sim.outbox()[0];
    assert_eq!(json!(delivery.messages), body["messages"]);
    assert!(delivery.notification_disabled);
    assert_eq!(delivery.unit.as_deref(), Some("promotion_a"));
}

#[tokio::test]
async fn a_multicast_reaches_friends_alone() {
    let sim = Sim::builder().quota(200).start().await.unwrap();
    let (friend, stranger, blocked) = (sim.add_friend(), sim.add_user(), sim.add_friend());
    sim.user_says(&stranger, "hi");
    sim.block(&blocked);
    let body = json!({
        "to": [friend, stranger, blocked], "messages": [{ "type": "text", "text": "a" }],
    });
    post(&sim, "/v2/bot/message/multicast", &body.to_string()).await.is(200, "{}");
    assert_eq!((sim.delivered(), sim.quota_used()), (1, 1));
    // Whoever has written lately is reached by a push.
    assert_eq!(post(&sim, PUSH, &hello(&stranger)).await.status, 200);
    assert_eq!(sim.delivered(), 2);
}
