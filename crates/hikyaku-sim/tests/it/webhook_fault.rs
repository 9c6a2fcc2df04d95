//! Webhooks that go wrong on purpose.

use std::time::Duration;

use hikyaku_sim::{ClockMode, FaultRule, Sim, WebhookReason};
use serde_json::json;

use crate::{bot::Bot, http::control};

const HOUR: Duration = Duration::from_secs(3600);

async fn start(rule: FaultRule) -> (Sim, Bot) {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).webhook_redelivery(true).start().await.unwrap();
    sim.fault(rule).unwrap();
    (sim, bot)
}

fn texts(bot: &Bot) -> Vec<String> {
    bot.events().iter().map(|event| event["message"]["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_bot_that_seems_to_have_failed_is_told_again() {
    let (sim, bot) = start(FaultRule::answer(500).on_webhooks().times(1)).await;
    sim.user_says(sim.add_friend(), "hi");
    let told = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(told[0].attempts[0].status, Some(500));
    assert_eq!(told[0].attempts[0].fault.as_deref(), Some("fault-1"));
    assert!(bot.events().is_empty(), "the bot was told nothing");
    sim.advance(Duration::from_secs(61));
    let told = sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!((told[0].attempts[1].status, &told[0].attempts[1].fault), (Some(200), &None));
    assert_eq!(bot.events()[0]["deliveryContext"]["isRedelivery"], true);
}

#[tokio::test]
async fn an_answer_that_is_lost_brings_the_event_twice() {
    let (sim, bot) = start(FaultRule::drop_after_accept().on_webhooks().times(1)).await;
    sim.user_says(sim.add_friend(), "hi");
    let told = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(told[0].attempts[0].reason, WebhookReason::RequestTimeout);
    sim.advance(Duration::from_secs(61));
    sim.webhooks().wait_for(2).await.unwrap();
    let events = bot.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["webhookEventId"], events[1]["webhookEventId"]);
}

#[tokio::test]
async fn one_is_posted_twice_byte_for_byte() {
    let (sim, bot) = start(FaultRule::duplicate().event("message")).await;
    let hana = sim.add_friend();
    sim.block(&hana);
    sim.user_says(&hana, "hi");
    sim.webhooks().wait_for(2).await.unwrap();
    let received = bot.received();
    assert_eq!(received.len(), 3);
    assert_eq!(received[1].body, received[2].body);
    assert_eq!(received[1].headers["x-line-signature"], received[2].headers["x-line-signature"]);
    assert_eq!(received[0].event()["type"], "unfollow");
}

#[tokio::test]
async fn one_comes_after_the_next_of_its_chat() {
    let (sim, bot) = start(FaultRule::reorder().nth(2).delayed(HOUR)).await;
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    for text in ["one", "two"] {
        sim.user_says(&hana, text);
        sim.webhooks().wait_for(1).await.unwrap();
    }
    // Other chats do not count.
    sim.user_says(&ken, "elsewhere");
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(texts(&bot), ["one", "elsewhere"]);
    sim.user_says(&hana, "three");
    sim.webhooks().wait_for(4).await.unwrap();
    assert_eq!(texts(&bot), ["one", "elsewhere", "three", "two"]);
}

#[tokio::test]
async fn one_that_no_other_follows_comes_after_its_time() {
    for (rule, most) in [
        (FaultRule::reorder(), Duration::from_secs(10)),
        (FaultRule::reorder().delayed(HOUR), HOUR),
    ] {
        let bot = Bot::that_answers(200).await;
        let start = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
        let sim = Sim::builder().webhook(bot.url()).clock(start).start().await.unwrap();
        sim.fault(rule.nth(1)).unwrap();
        let ken = sim.add_friend();
        sim.user_says(sim.add_friend(), "one");
        sim.user_says(&ken, "elsewhere");
        sim.webhooks().wait_for(1).await.unwrap();
        sim.advance(most.checked_sub(Duration::from_millis(1)).unwrap());
        sim.user_says(&ken, "meanwhile");
        sim.webhooks().wait_for(2).await.unwrap();
        assert_eq!(texts(&bot), ["elsewhere", "meanwhile"]);
        sim.advance(Duration::from_millis(1));
        let told = sim.webhooks().wait_for(3).await.unwrap();
        assert_eq!(texts(&bot), ["elsewhere", "meanwhile", "one"]);
        assert_eq!(told[0].attempts[0].fault.as_deref(), Some("fault-1"));
    }
}

#[tokio::test]
async fn a_rule_without_a_number_swaps_pairs() {
    let (sim, bot) = start(FaultRule::reorder().delayed(HOUR)).await;
    let hana = sim.add_friend();
    for text in ["one", "two", "three", "four"] {
        sim.user_says(&hana, text);
    }
    sim.webhooks().wait_for(4).await.unwrap();
    assert_eq!(texts(&bot), ["two", "one", "four", "three"]);
}

#[tokio::test]
async fn a_late_answer_comes_to_a_bot_that_was_told_once() {
    let late = FaultRule::delay(Duration::from_millis(1)).after_accept().on_webhooks();
    let (sim, bot) = start(late).await;
    sim.user_says(sim.add_friend(), "hi");
    let told = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(told[0].attempts[0].reason, WebhookReason::Ok);
    assert_eq!(texts(&bot), ["hi"]);
    let too_late = FaultRule::delay(Duration::from_secs(2)).after_accept().on_webhooks();
    sim.fault(too_late.id("fault-1")).unwrap();
    sim.user_says(sim.add_friend(), "hello");
    let told = sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(told[1].attempts[0].reason, WebhookReason::RequestTimeout);
    assert_eq!(texts(&bot), ["hi", "hello"]);
}

#[tokio::test]
async fn a_signature_of_another_is_well_formed_and_wrong() {
    let (sim, bot) = start(FaultRule::wrong_signature().times(1)).await;
    let hana = sim.add_friend();
    sim.user_says(&hana, "one");
    sim.user_says(&hana, "two");
    sim.webhooks().wait_for(2).await.unwrap();
    let received = bot.received();
    let signed = |index: usize| {
        let body = received[index].body.as_bytes();
        let signature = hikyaku_webhook::sign(&sim.channel_secret(), body);
        let given = &received[index].headers["x-line-signature"];
        assert_eq!(given.len(), signature.len());
        *given == signature
    };
    assert_eq!((signed(0), signed(1)), (false, true));
}

#[tokio::test]
async fn they_are_set_by_json_and_never_hit_requests() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let rule = r#"{"match":{"direction":"webhook","event":"message","count":1},"do":{"status":503,"delay":"1ms"}}"#;
    control(&sim, "POST", "/faults", rule).await.is_status(201);
    crate::http::get(&sim, "/v2/bot/info").await.is_status(200);
    sim.user_says(sim.add_friend(), "hi");
    sim.webhooks().wait_for(1).await.unwrap();
    let faults = control(&sim, "GET", "/faults", "").await.json();
    assert_eq!(faults["faults"][0]["hits"], 1);
    assert_eq!(faults["faults"][0]["match"]["direction"], "webhook");
    let told = control(&sim, "GET", "/webhooks", "").await.json();
    assert_eq!(told["webhooks"][0]["attempts"][0]["fault"], "fault-1");
    for (rule, pointer) in [
        (json!({ "do": { "reorder": true } }), "/match/direction"),
        (json!({ "match": { "event": "message" }, "do": { "status": 500 } }), "/match/event"),
        (
            json!({ "match": { "direction": "webhook", "path": "/x" }, "do": { "status": 500 } }),
            "/match",
        ),
        (json!({ "match": { "direction": "webhook" }, "do": { "truncate": true } }), "/do"),
        (
            json!({ "match": { "direction": "webhook" }, "do": { "status": 500, "body": "x" } }),
            "/do/body",
        ),
        (
            json!({ "match": { "direction": "webhook" }, "do": { "duplicate": true, "after_accept": true } }),
            "/do/after_accept",
        ),
    ] {
        let answer = control(&sim, "POST", "/faults", &rule.to_string()).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{rule}");
        assert!(message.contains(&format!("(at {pointer})")), "{message}");
    }
}
