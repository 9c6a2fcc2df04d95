//! Replies through faults: what LINE refuses for the rate or loses is sent again under its token, and delivered once.

use std::time::Duration;

use hikyaku::{Client, ErrorKind, RetryPolicy, message::SentBy};
use hikyaku_model::UserId;
use hikyaku_sim::{FaultRule, Sim, UserMessage};

const REPLY: &str = "/v2/bot/message/reply";

#[expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]
async fn start() -> (Sim, Client, UserId) {
    let sim = Sim::start().await.unwrap();
    let line = Client::builder(sim.channel_token().expose())
        .api_base_url(sim.api_url())
        .data_base_url(sim.data_url())
        .manager_base_url(sim.api_url())
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    let friend = sim.add_friend();
    (sim, line, friend)
}

#[tokio::test]
async fn a_reply_gets_through_every_fault_once() {
    let (sim, line, friend) = start().await;
    for fault in [
        FaultRule::answer(429),
        FaultRule::answer(500),
        FaultRule::drop_before(),
        FaultRule::reset(),
    ] {
        let said = sim.user_sends(&friend, UserMessage::text("hi"));
        let before = sim.outbox().len();
        let id = sim.fault(fault.on("POST", REPLY).times(1)).unwrap();
        line.reply(&said.reply_token, "hello").await.unwrap();
        assert_eq!((sim.fault_hits(&id), sim.outbox().len()), (1, before + 1));
    }
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_delivered_once_and_never_pushed() {
    let (sim, line, friend) = start().await;
    let said = sim.user_sends(&friend, UserMessage::text("hi"));
    sim.fault(FaultRule::drop_after_accept().on("POST", REPLY).times(1)).unwrap();
    let error = line.reply(&said.reply_token, "hello").or_push(&friend).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Rejected, true), "{error}");
    assert_eq!(sim.outbox().len(), 1);
}

#[tokio::test]
async fn a_reply_that_the_rate_keeps_out_is_pushed_by_choice() {
    let (sim, line, friend) = start().await;
    let said = sim.user_sends(&friend, UserMessage::text("hi"));
    sim.fault(FaultRule::answer(429).on("POST", REPLY)).unwrap();
    let sent = line.reply(&said.reply_token, "hello").or_push(&friend).await.unwrap();
    assert!(matches!(sent, SentBy::Push(_)));
    assert_eq!(sim.outbox().len(), 1);
}
