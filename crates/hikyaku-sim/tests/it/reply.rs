use std::time::Duration;

use hikyaku_sim::{ClockMode, FaultRule, Sim};
use serde_json::json;

use crate::http::{bearer, post, raw, request};

const REPLY: &str = "/v2/bot/message/reply";
const INVALID: &str = r#"{"message":"Invalid reply token"}"#;

fn hello(token: &str) -> String {
    json!({ "replyToken": token, "messages": [{ "type": "text", "text": "hello" }] }).to_string()
}

#[tokio::test]
async fn a_token_answers_its_chat_once() {
    let sim = Sim::start().await.unwrap();
    let (asker, listener) = (sim.add_user(), sim.add_user());
    let group = sim.add_group(&[asker.clone(), listener.clone()]);
    let said = sim.member_says(&group, &asker, "hi");
    let answer = post(&sim, REPLY, &hello(&said.reply_token)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["sentMessages"][0]["quoteToken"].is_string());
    assert_eq!((sim.delivery_count(&asker), sim.delivery_count(&listener)), (1, 1));
    post(&sim, REPLY, &hello(&said.reply_token)).await.is(400, INVALID);
    post(&sim, REPLY, &hello("never-given")).await.is(400, INVALID);
}

#[tokio::test]
async fn a_token_is_good_for_a_minute() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let user = sim.add_friend();
    let (early, late) = (sim.user_says(&user, "a"), sim.user_says(&user, "b"));
    sim.advance(Duration::from_millis(59_999));
    assert_eq!(post(&sim, REPLY, &hello(&early.reply_token)).await.status, 200);
    sim.advance(Duration::from_millis(1));
    post(&sim, REPLY, &hello(&late.reply_token)).await.is(400, INVALID);
}

#[tokio::test]
async fn only_a_200_uses_a_token_up_even_if_its_answer_is_lost() {
    let sim = Sim::start().await.unwrap();
    let said = sim.user_says(sim.add_friend(), "hi");
    let bad = json!({ "replyToken": said.reply_token, "messages": [] }).to_string();
    assert_eq!(post(&sim, REPLY, &bad).await.status, 400);
    sim.fault(FaultRule::drop_after_accept().times(1)).unwrap();
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json")];
    let bytes = request("POST", REPLY, &headers, hello(&said.reply_token).as_bytes());
    assert_eq!(raw(&sim.api_url(), &bytes).await.unwrap(), b"");
    assert_eq!(sim.delivered(), 1);
    post(&sim, REPLY, &hello(&said.reply_token)).await.is(400, INVALID);
}

#[tokio::test]
async fn a_token_of_another_channel_is_invalid() {
    let sim = Sim::start().await.unwrap();
    let said = sim.user_says(sim.add_friend(), "hi");
    post(&sim.add_channel(), REPLY, &hello(&said.reply_token)).await.is(400, INVALID);
}

#[tokio::test]
async fn a_reply_costs_no_quota() {
    let sim = Sim::builder().quota(0).start().await.unwrap();
    let said = sim.user_says(sim.add_friend(), "hi");
    assert_eq!(post(&sim, REPLY, &hello(&said.reply_token)).await.status, 200);
    assert_eq!(sim.quota_used(), 0);
}
