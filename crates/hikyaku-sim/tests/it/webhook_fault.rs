//! Webhooks that go wrong on purpose.

use hikyaku_sim::{FaultRule, Sim, WebhookReason};
use serde_json::json;

use crate::{bot::Bot, http::control};

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
    sim.advance(std::time::Duration::from_secs(61));
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
    sim.advance(std::time::Duration::from_secs(61));
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
    let (sim, bot) = start(FaultRule::reorder().nth(2)).await;
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
    ] {
        let answer = control(&sim, "POST", "/faults", &rule.to_string()).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{rule}");
        assert!(message.contains(&format!("(at {pointer})")), "{message}");
    }
}
