use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim};
use serde_json::json;

use crate::{
    http::post,
    push::{PUSH, hello},
};

const LOADING: &str = "/v2/bot/chat/loading/start";
const BY_TOKEN: &str = "/v2/bot/chat/markAsRead";
const BY_USER: &str = "/v2/bot/message/markAsRead";

#[tokio::test]
async fn the_loading_animation_ends_in_time_or_with_a_message() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let user = sim.add_friend();
    post(&sim, LOADING, &json!({ "chatId": user }).to_string()).await.is(202, "{}");
    assert_eq!(sim.loading_until(&user), Some(start + Duration::from_secs(20)));
    let longer = json!({ "chatId": user, "loadingSeconds": 60 }).to_string();
    post(&sim, LOADING, &longer).await.is(202, "{}");
    sim.advance(Duration::from_secs(59));
    assert!(sim.loading_until(&user).is_some());
    sim.advance(Duration::from_secs(1));
    assert_eq!(sim.loading_until(&user), None);
    post(&sim, LOADING, &longer).await.is(202, "{}");
    post(&sim, PUSH, &hello(&user)).await;
    assert_eq!(sim.loading_until(&user), None);
}

#[tokio::test]
async fn the_loading_animation_takes_a_user_and_steps_of_five() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    post(&sim, LOADING, &json!({ "chatId": user, "loadingSeconds": 61 }).to_string()).await.is(
        400,
        r#"{"message":"The request body has 2 error(s)","details":[{"message":"Must be between 5 and 60","property":"loadingSeconds"},{"message":"must be a multiple of five","property":"loadingSeconds"}]}"#,
    );
    let group = sim.add_group(&[user]);
    post(&sim, LOADING, &json!({ "chatId": group }).to_string()).await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.","property":"chatId"}]}"#,
    );
    post(&sim, LOADING, "{}").await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"chatId"}]}"#,
    );
}

#[tokio::test]
async fn a_token_marks_its_chat_as_read_up_to_its_message() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let (first, second) = (sim.user_says(&user, "a"), sim.user_says(&user, "b"));
    for (said, read) in [(&second, &second), (&first, &second)] {
        let body = json!({ "markAsReadToken": said.mark_as_read_token }).to_string();
        post(&sim, BY_TOKEN, &body).await.is(200, "{}");
        assert_eq!(sim.read_up_to(&user).as_ref(), Some(&read.message_id));
    }
    let invalid = r#"{"message":"Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook."}"#;
    post(&sim, BY_TOKEN, r#"{"markAsReadToken":"other"}"#).await.is(400, invalid);
    let body = json!({ "markAsReadToken": first.mark_as_read_token }).to_string();
    post(&sim.add_channel(), BY_TOKEN, &body).await.is(400, invalid);
}

#[tokio::test]
async fn the_old_call_marks_all_of_a_user_as_read() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let said = sim.user_says(&user, "a");
    let body = json!({ "chat": { "userId": user } }).to_string();
    post(&sim, BY_USER, &body).await.is(200, "{}");
    assert_eq!(sim.read_up_to(&user), Some(said.message_id));
    for bad in [
        json!({}),
        json!({ "chat": { "userId": "x" } }),
        json!({ "chat": 1 }),
        json!({ "chat": [user] }),
        json!({ "chat": { "userId": null } }),
    ] {
        let answer = post(&sim, BY_USER, &bad.to_string()).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("The property, 'chat"), "{}", answer.text());
    }
}

#[tokio::test]
async fn only_friends_see_the_loading_animation() {
    let sim = Sim::start().await.unwrap();
    let (stranger, blocked) = (sim.add_user(), sim.add_friend());
    sim.user_says(&stranger, "hi");
    sim.block(&blocked);
    for user in [stranger, blocked] {
        post(&sim, LOADING, &json!({ "chatId": user }).to_string()).await.is(202, "{}");
        assert_eq!(sim.loading_until(&user), None);
    }
}
