use std::time::{Duration, SystemTime};

use hikyaku_sim::{ClockMode, Sim, Tap, UserMessage};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{control, post},
};

/// A bot that answers each event with the text or data that came, and a simulator that it belongs to.
async fn with_echo() -> (Sim, Bot) {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let echo = sim.within(Duration::from_secs(60));
    tokio::spawn(async move {
        for webhook in 0.. {
            let Ok(all) = echo.webhooks().wait_for(webhook + 1).await else { return };
            let event = json!(all[usize::try_from(webhook).unwrap()].events[0]);
            let said =
                event["message"]["text"].as_str().or_else(|| event["postback"]["data"].as_str());
            let Some(said) = said else { continue };
            let messages = json!([{ "type": "text", "text": said }]);
            let reply = json!({ "replyToken": event["replyToken"], "messages": messages });
            assert_eq!(post(&echo, "/v2/bot/message/reply", &reply.to_string()).await.status, 200);
        }
    });
    (sim, bot)
}

fn last(bot: &Bot) -> Value {
    bot.events().pop().unwrap()
}

#[tokio::test]
async fn a_talk_waits_for_the_answer_to_what_was_said() {
    let (sim, _bot) = with_echo().await;
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    assert_eq!(sim.ask(&hana, "hi").await.unwrap().text(), Some("hi"));
    let both = tokio::join!(sim.ask(&hana, "first"), sim.ask(&ken, String::from("second")));
    let (first, second) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!((first.text(), &first.to), (Some("first"), &hana));
    assert_eq!((second.text(), &second.to), (Some("second"), &ken));
    assert_eq!(sim.tap(&hana, "buy=1").await.unwrap().text(), Some("buy=1"));
}

#[tokio::test]
async fn a_delivery_elsewhere_is_no_answer() {
    let (sim, _bot) = with_echo().await;
    let hana = sim.add_friend();
    let group = sim.add_group(std::slice::from_ref(&hana));
    // To the same person, in the group and not in the chat that is waited for.
    let push = json!({ "to": group, "messages": [{ "type": "text", "text": "to all" }] });
    let push = push.to_string();
    let (answer, _) =
        tokio::join!(sim.ask(&hana, "alone"), post(&sim, "/v2/bot/message/push", &push));
    assert_eq!(answer.unwrap().text(), Some("alone"));
}

#[tokio::test]
async fn members_of_a_group_mention_and_pick_dates() {
    let (sim, bot) = with_echo().await;
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    let group = sim.add_group(&[hana.clone(), ken.clone()]);
    let message = UserMessage::text("😀 @bot and @ken hi").mentioning_bot().mentioning(&ken);
    let answer = sim.ask_as(&ken, &group, message).await.unwrap();
    assert_eq!(answer.chat.as_str(), group.as_str());
    let event = last(&bot);
    assert_eq!(event["source"], json!({ "type": "group", "groupId": group, "userId": ken }));
    assert_eq!(
        event["message"]["mention"]["mentionees"],
        json!([
            { "index": 3, "length": 4, "type": "user", "userId": sim.bot_user_id(), "isSelf": true },
            { "index": 12, "length": 4, "type": "user", "userId": ken, "isSelf": false },
        ])
    );
    sim.ask_as(&hana, &group, UserMessage::text("@All").mentioning_all()).await.unwrap();
    let mentionees = &last(&bot)["message"]["mention"]["mentionees"];
    assert_eq!(*mentionees, json!([{ "index": 0, "length": 4, "type": "all" }]));

    sim.tap_as(&ken, &group, Tap::new("when").date("2026-12-25")).await.unwrap();
    let event = last(&bot);
    assert_eq!(event["source"]["userId"], ken.as_str());
    assert_eq!(event["postback"], json!({ "data": "when", "params": { "date": "2026-12-25" } }));
    for (tap, params) in [
        (Tap::new("d").time("18:30"), json!({ "time": "18:30" })),
        (Tap::new("d").datetime("2026-12-25T18:30"), json!({ "datetime": "2026-12-25T18:30" })),
        (Tap::new("d").switched_to("b"), json!({ "newRichMenuAliasId": "b", "status": "SUCCESS" })),
    ] {
        let tapped = sim.member_postback(&group, &hana, tap);
        sim.webhooks().wait_until_idle().await.unwrap();
        let events = bot.events();
        let id = tapped.webhook_event_id.unwrap();
        let event = events.iter().find(|event| event["webhookEventId"] == *id).unwrap();
        assert_eq!(event["postback"]["params"], params);
        assert_eq!(event["replyToken"], *tapped.reply_token);
    }
}

#[tokio::test]
async fn the_same_over_the_control_api() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    let group = sim.add_group(&[hana, ken.clone()]);
    let chat = format!("/chats/{group}");
    let text = json!({ "text": "@bot @ken @all", "mentions": ["bot", ken, "all"], "userId": ken });
    let said = control(&sim, "POST", &format!("{chat}/messages"), &text.to_string()).await;
    assert_eq!(said.status, 201, "{}", said.text());
    let tap = json!({ "data": "a", "params": { "date": "2026-12-25" }, "userId": ken });
    let tapped = control(&sim, "POST", &format!("{chat}/postback"), &tap.to_string()).await;
    assert_eq!(tapped.status, 201);
    let id = said.json()["messageId"].as_str().unwrap().to_owned();
    let path = format!("{chat}/messages/{id}?userId={ken}");
    assert_eq!(control(&sim, "DELETE", &path, "").await.status, 204);
    sim.webhooks().wait_until_idle().await.unwrap();
    let events = bot.events();
    assert!(events.iter().all(|event| event["source"]["userId"] == ken.as_str()));
    let mentionees = events[0]["message"]["mention"]["mentionees"].as_array().unwrap();
    assert_eq!((mentionees.len(), &mentionees[0]["isSelf"]), (3, &json!(true)));
    assert_eq!(events[1]["replyToken"], tapped.json()["replyToken"]);
    assert_eq!(events[2]["unsend"]["messageId"], *id);
    for (mentions, pointer) in
        [(json!(["bot", "bot"]), "/mentions/1"), (json!(["me"]), "/mentions/0")]
    {
        let text = json!({ "text": "@bot", "mentions": mentions }).to_string();
        let refused = control(&sim, "POST", &format!("{chat}/messages"), &text).await;
        assert_eq!((refused.status, &refused.json()["pointer"]), (400, &json!(pointer)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_says_why() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    let why = sim.within(Duration::from_secs(3)).ask(&hana, "hi").await.unwrap_err().to_string();
    let expected = format!(
        "waited 3 s for 1 delivery to {hana} and saw 0; no webhook URL is set, so that no bot was told; no request has arrived"
    );
    assert_eq!(why, expected);
    let why = sim.ask(&hana, "hi").await.unwrap_err().to_string();
    assert!(why.starts_with("waited 10 s for 1 delivery to "), "{why}");
    let why = sim.within(Duration::from_millis(1500)).wait_for(2).await.unwrap_err().to_string();
    assert!(why.starts_with("waited 1.5 s for 2 deliveries and saw 0"), "{why}");
}

#[tokio::test]
async fn a_bot_that_fails_is_named_as_the_reason() {
    let bot = Bot::that_answers(500).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let hana = sim.add_friend();
    let asking = sim.within(Duration::from_secs(60 * 60));
    let asking = tokio::spawn(async move { asking.ask(&hana, "hi").await });
    sim.webhooks().wait_for(1).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(2 * 60 * 60)).await;
    let why = asking.await.unwrap().unwrap_err();
    assert!(why.to_string().contains("its webhook: ErrorStatusCode (500)"), "{why}");
}

#[tokio::test]
async fn one_clock_is_handed_on() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let clock = sim.clock();
    let fixed = SystemTime::UNIX_EPOCH + Duration::from_secs(495_984 * 60 * 60);
    assert_eq!((clock(), sim.system_time()), (fixed, fixed));
    sim.advance(Duration::from_secs(60 * 60));
    assert_eq!(clock(), fixed + Duration::from_secs(60 * 60));
    let other = clock.clone();
    sim.stop().await;
    assert_eq!(other(), fixed + Duration::from_secs(60 * 60));
}
