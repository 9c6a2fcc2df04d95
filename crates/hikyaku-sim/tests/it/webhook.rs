use std::time::Duration;

use hikyaku_model::{
    Event,
    event::{EventKind, Source},
};
use hikyaku_sim::{ClockMode, Sim, StartError, UserMessage, WebhookReason, WebhookState};
use serde_json::{Value, json};

use crate::{
    bot::{Bot, Does},
    http::{control, get, post, send},
};

const ENDPOINT: &str = "/v2/bot/channel/webhook/endpoint";
const TEST: &str = "/v2/bot/channel/webhook/test";
const EVENTS: &str = "/channels/sim-channel-1/events";
const REPLY: &str = "/v2/bot/message/reply";

async fn with_bot(does: impl Fn(usize) -> Does + Send + Sync + 'static) -> (Sim, Bot) {
    let bot = Bot::that(does).await;
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder()
        .clock(ClockMode::Fixed(start))
        .webhook(bot.url())
        .webhook_redelivery(true)
        .start()
        .await
        .unwrap();
    (sim, bot)
}

async fn reply(sim: &Sim, token: &Value) -> u16 {
    let body = json!({ "replyToken": token, "messages": [{ "type": "text", "text": "a" }] });
    post(sim, REPLY, &body.to_string()).await.status
}

#[tokio::test]
async fn what_a_person_says_is_posted_signed_and_can_be_answered() {
    let (sim, bot) = with_bot(|_| Does::Answers(200)).await;
    let user = sim.add_friend();
    let said = sim.user_says(&user, "hi");
    let webhooks = sim.webhooks().wait_for(1).await.unwrap();

    let request = &bot.received()[0];
    assert_eq!(request.line, "POST /callback HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(request.headers["user-agent"], "LineBotWebhook/2.0");
    let verifier = hikyaku_webhook::Verifier::new(&sim.channel_secret());
    let signature = &*request.headers["x-line-signature"];
    assert_eq!(verifier.verify(signature, request.body.as_bytes()), Ok(()));
    assert_eq!(
        request.json(),
        json!({
            "destination": "Uffffffffffffffffffffffffffffffff",
            "events": [{
                "type": "message",
                "message": {
                    "type": "text",
                    "id": said.message_id,
                    "text": "hi",
                    "quoteToken": said.quote_token,
                    "markAsReadToken": said.mark_as_read_token,
                },
                "webhookEventId": said.webhook_event_id,
                "deliveryContext": { "isRedelivery": false },
                "timestamp": 1_785_542_400_000_i64,
                "source": { "type": "user", "userId": user.as_str() },
                "replyToken": said.reply_token,
                "mode": "active",
            }],
        })
    );
    assert_eq!(said.webhook_event_id.as_ref().unwrap().len(), 26);

    assert_eq!((webhooks.len(), webhooks[0].state), (1, WebhookState::Delivered));
    let attempt = &webhooks[0].attempts[0];
    assert_eq!((attempt.reason, attempt.status), (WebhookReason::Ok, Some(200)));
    assert_eq!(sim.webhooks().errors(), []);
    assert_eq!(reply(&sim, &said.reply_token.into()).await, 200);
}

#[tokio::test]
async fn every_kind_of_message_has_the_fields_that_lines_have() {
    let (sim, bot) = with_bot(|_| Does::Answers(200)).await;
    let user = sim.add_friend();
    for message in [
        UserMessage::sticker("446", "1988").quoting("17"),
        UserMessage::location(35.67, 139.7),
        UserMessage::image(&b"jpeg"[..]),
        UserMessage::video(&b"mp4"[..], 1500),
        UserMessage::audio(&b"m4a"[..], 900),
        UserMessage::file("a.txt", &b"text"[..]),
    ] {
        sim.user_sends(&user, message);
    }
    sim.webhooks().wait_for(6).await.unwrap();
    let line = json!({ "type": "line" });
    let expected = [
        json!({ "type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC",
            "quotedMessageId": "17" }),
        json!({ "type": "location", "latitude": 35.67, "longitude": 139.7 }),
        json!({ "type": "image", "contentProvider": line }),
        json!({ "type": "video", "contentProvider": line, "duration": 1500 }),
        json!({ "type": "audio", "contentProvider": line, "duration": 900 }),
        json!({ "type": "file", "fileName": "a.txt", "fileSize": 4 }),
    ];
    for (event, expected) in bot.events().iter().zip(expected) {
        let mut message = event["message"].as_object().unwrap().clone();
        assert!(message.remove("id").unwrap().is_string());
        assert!(message.remove("markAsReadToken").unwrap().is_string());
        let quotable = ["sticker", "image", "video"].map(Value::from).contains(&message["type"]);
        assert_eq!(message.remove("quoteToken").is_some(), quotable, "{expected}");
        assert_eq!(Value::from(message), expected);
    }
}

#[tokio::test]
async fn what_people_do_is_told_with_the_event_that_line_has_for_it() {
    let (sim, bot) = with_bot(|_| Does::Answers(200)).await;
    let (user, other) = (sim.add_user(), sim.add_user());
    sim.follow(&user);
    sim.block(&user);
    sim.follow(&user);
    let group = sim.invite(std::slice::from_ref(&user));
    sim.member_joins(&group, &other);
    sim.member_says(&group, &other, "hi");
    sim.member_leaves(&group, &other);
    sim.remove_from(&group);
    assert!(sim.join(&group));
    sim.postback(&user, "buy=1");
    let said = sim.user_says(&user, "oops");
    sim.unsend(&said);
    let webhooks = sim.webhooks().wait_until_idle().await.unwrap();
    assert_eq!(webhooks.len(), 12);

    let events = bot.events();
    let find = |word: &str, nth: usize| {
        let mut of_type = events.iter().filter(|event| event["type"] == word);
        of_type.nth(nth).unwrap_or_else(|| panic!("no {word} {nth}")).clone()
    };
    assert_eq!(find("follow", 0)["follow"], json!({ "isUnblocked": false }));
    assert_eq!(find("follow", 1)["follow"], json!({ "isUnblocked": true }));
    assert_eq!(find("unfollow", 0)["source"], json!({ "type": "user", "userId": user.as_str() }));
    let place = json!({ "type": "group", "groupId": group.as_str() });
    let someone = json!({ "members": [{ "type": "user", "userId": other.as_str() }] });
    assert_eq!(find("join", 1)["source"], place);
    assert_eq!(find("leave", 0)["source"], place);
    assert_eq!(
        (&find("memberJoined", 0)["source"], &find("memberJoined", 0)["joined"]),
        (&place, &someone)
    );
    assert_eq!(
        (&find("memberLeft", 0)["source"], &find("memberLeft", 0)["left"]),
        (&place, &someone)
    );
    assert_eq!(
        find("message", 0)["source"],
        json!({ "type": "group", "groupId": group.as_str(), "userId": other.as_str() })
    );
    assert_eq!(find("postback", 0)["postback"], json!({ "data": "buy=1" }));
    assert_eq!(find("unsend", 0)["unsend"], json!({ "messageId": said.message_id }));
    for event in &events {
        let answered = ["follow", "join", "memberJoined", "message", "postback"];
        let word = event["type"].as_str().unwrap();
        assert_eq!(event["replyToken"].is_string(), answered.contains(&word), "{event}");
    }
    assert_eq!(reply(&sim, &find("postback", 0)["replyToken"]).await, 200);
    assert_eq!(reply(&sim, &find("join", 1)["replyToken"]).await, 200);
}

#[tokio::test]
async fn those_who_are_merely_there_are_not_told_of() {
    let (sim, bot) = with_bot(|_| Does::Answers(200)).await;
    let user = sim.add_friend();
    sim.add_group(std::slice::from_ref(&user));
    sim.follow(&user);
    let second = sim.add_channel();
    second.user_says(&user, "hi");
    sim.set_webhook_active(false);
    assert_eq!(sim.user_says(&user, "hi").webhook_event_id, None);
    sim.set_webhook_active(true);
    sim.user_says(&user, "hi");
    assert_eq!(sim.webhooks().wait_until_idle().await.unwrap().len(), 1);
    assert_eq!(bot.received().len(), 1);
    assert_eq!(second.webhooks().all(), []);
}

#[tokio::test]
async fn a_failed_webhook_is_sent_again_on_the_simulators_clock_until_it_is_taken() {
    let (sim, bot) = with_bot(|nth| Does::Answers(if nth < 2 { 503 } else { 204 })).await;
    let said = sim.user_says(sim.add_friend(), "hi");
    let webhooks = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(webhooks[0].state, WebhookState::Scheduled);
    sim.advance(Duration::from_secs(59));
    assert_eq!(bot.received().len(), 1);
    sim.advance(Duration::from_secs(1));
    sim.webhooks().wait_for(2).await.unwrap();
    sim.advance(Duration::from_secs(5 * 60));
    let webhooks = sim.webhooks().wait_for(3).await.unwrap();
    assert_eq!(webhooks[0].state, WebhookState::Delivered);
    let tries: Vec<_> =
        webhooks[0].attempts.iter().map(|t| (t.status.unwrap(), t.is_redelivery)).collect();
    assert_eq!(tries, [(503, false), (503, true), (204, true)]);

    let events = bot.events();
    assert_eq!(events[0]["deliveryContext"], json!({ "isRedelivery": false }));
    assert_eq!(events[2]["deliveryContext"], json!({ "isRedelivery": true }));
    let mut again = events[2].clone();
    again["deliveryContext"] = events[0]["deliveryContext"].clone();
    assert_eq!(again, events[0]);
    // The token's minute runs from the redelivery.
    sim.advance(Duration::from_secs(59));
    assert_eq!(reply(&sim, &said.reply_token.into()).await, 200);
}

#[tokio::test]
async fn a_redelivery_brings_no_token_back_that_is_used_or_too_old() {
    let (sim, bot) = with_bot(|_| Does::Answers(500)).await;
    let friend = sim.add_friend();
    let used = sim.user_says(&friend, "a");
    let old = sim.user_says(&friend, "b");
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(reply(&sim, &used.reply_token.clone().into()).await, 200);
    sim.advance(Duration::from_secs(60));
    sim.webhooks().wait_for(4).await.unwrap();
    assert_eq!(reply(&sim, &used.reply_token.into()).await, 400);
    sim.advance(Duration::from_secs(19 * 60));
    sim.webhooks().wait_for(6).await.unwrap();
    assert_eq!(reply(&sim, &old.reply_token.into()).await, 400);
    // After five more tries it is over.
    for _ in 0..5 {
        sim.advance(Duration::from_secs(60 * 60));
        sim.webhooks().wait_until_idle().await.unwrap();
    }
    let webhooks = sim.webhooks().all();
    assert_eq!((webhooks[0].state, webhooks[0].attempts.len()), (WebhookState::Failed, 6));
    assert_eq!(bot.received().len(), 12);
}

#[tokio::test]
async fn without_redelivery_a_failure_is_final_and_can_be_sent_again_by_hand() {
    let (sim, bot) = with_bot(|nth| Does::Answers(if nth == 0 { 302 } else { 200 })).await;
    sim.set_webhook_redelivery(false);
    sim.user_says(sim.add_friend(), "hi");
    let webhooks = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(webhooks[0].state, WebhookState::Failed);
    assert_eq!(webhooks[0].attempts[0].reason, WebhookReason::ErrorStatusCode);
    sim.advance(Duration::from_secs(24 * 60 * 60));
    assert!(sim.webhooks().redeliver(webhooks[0].id));
    let webhooks = sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(webhooks[0].state, WebhookState::Delivered);
    assert_eq!(bot.events()[1]["deliveryContext"], json!({ "isRedelivery": true }));
    assert!(!sim.webhooks().redeliver(99));
}

#[tokio::test]
async fn each_way_to_fail_has_its_reason_in_the_statistics() {
    let (sim, bot) = with_bot(|nth| match nth {
        0 | 1 => Does::Answers(500),
        2 => Does::HangsUp,
        _ => Does::Answers(404),
    })
    .await;
    sim.set_webhook_redelivery(false);
    let friend = sim.add_friend();
    for _ in 0..4 {
        sim.user_says(&friend, "hi");
    }
    sim.webhooks().wait_for(4).await.unwrap();
    drop(bot);
    let gone = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    sim.set_webhook(url).unwrap();
    sim.user_says(&friend, "hi");
    sim.webhooks().wait_for(5).await.unwrap();
    let errors = sim.webhooks().errors();
    let errors: Vec<_> = errors.iter().map(|e| (e.reason, &*e.detail, e.count)).collect();
    assert_eq!(
        errors,
        [
            (WebhookReason::ErrorStatusCode, "500", 2),
            (WebhookReason::Unclassified, "Session closed unexpectedly", 1),
            (WebhookReason::ErrorStatusCode, "404", 1),
            (WebhookReason::CouldNotConnect, "Connection failed", 1),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_bot_has_two_seconds() {
    let (sim, _bot) = with_bot(|_| Does::Sleeps).await;
    sim.user_says(sim.add_friend(), "hi");
    let before = tokio::time::Instant::now();
    let webhooks = sim.webhooks().wait_for(1).await.unwrap();
    let took = before.elapsed();
    assert!(Duration::from_secs(2) <= took && took < Duration::from_secs(3), "{took:?}");
    let attempt = &webhooks[0].attempts[0];
    assert_eq!((attempt.reason, attempt.status), (WebhookReason::RequestTimeout, None));
}

#[tokio::test]
async fn the_messages_of_a_chat_come_in_order_and_a_slow_chat_stops_no_other() {
    let (sim, bot) = with_bot(|nth| if nth == 0 { Does::Sleeps } else { Does::Answers(200) }).await;
    let (slow, quick) = (sim.add_friend(), sim.add_friend());
    sim.user_says(&slow, "never answered");
    sim.user_says(&slow, "waits");
    for number in 0..50 {
        sim.user_says(&quick, &number.to_string());
    }
    sim.webhooks().wait_for(50).await.unwrap();
    let texts: Vec<_> = bot.events().iter().map(|e| e["message"]["text"].clone()).collect();
    let expected: Vec<_> = (0..50).map(|number| Value::from(number.to_string())).collect();
    let of_quick: Vec<_> = texts.into_iter().filter(|text| expected.contains(text)).collect();
    assert_eq!(of_quick, expected);
}

#[tokio::test]
async fn any_event_can_be_sent_and_lacks_nothing() {
    let (sim, bot) = with_bot(|_| Does::Answers(200)).await;
    let user = sim.add_friend();
    let mut event = Event::new(EventKind::Join);
    event.source = Some(Source::user(user.clone()));
    let id = sim.send_event(event).unwrap();
    let mut failed_link: Event =
        serde_json::from_str(r#"{"type":"accountLink","link":{"result":"failed","nonce":"n"}}"#)
            .unwrap();
    failed_link.timestamp = Some(7);
    sim.send_event(failed_link).unwrap();
    sim.webhooks().wait_for(2).await.unwrap();
    let events = bot.events();
    let joined = events.iter().find(|event| event["webhookEventId"] == *id).unwrap();
    assert_eq!(reply(&sim, &joined["replyToken"]).await, 200);
    let link = events.iter().find(|event| event["type"] == "accountLink").unwrap();
    assert_eq!((&link["timestamp"], &link["replyToken"]), (&json!(7), &Value::Null));
}

#[tokio::test]
async fn the_bot_sets_reads_and_tests_its_webhook_url() {
    let sim = Sim::start().await.unwrap();
    let bot = Bot::that_answers(200).await;
    let put = async |url: &str| {
        let bearer = crate::http::bearer(&sim);
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let body = json!({ "endpoint": url }).to_string();
        send(&sim.api_url(), "PUT", ENDPOINT, &headers, body.as_bytes()).await.unwrap()
    };
    let none = r#"{"message":"Webhook endpoint not found"}"#;
    get(&sim, ENDPOINT).await.is(404, none);
    post(&sim, TEST, "{}").await.is(404, none);
    let long = format!("https://example.com/{}", "a".repeat(481));
    for invalid in ["http://example.com/", "no url", &long] {
        put(invalid).await.is(400, r#"{"message":"Invalid webhook endpoint URL"}"#);
    }
    put(bot.url()).await.is(200, "{}");
    let set = format!(r#"{{"active":true,"endpoint":"{}"}}"#, bot.url());
    get(&sim, ENDPOINT).await.is(200, &set);

    let tested = post(&sim, TEST, "{}").await.json();
    assert_eq!(
        (&tested["success"], &tested["statusCode"], &tested["reason"], &tested["detail"]),
        (&json!(true), &json!(200), &json!("OK"), &json!("200"))
    );
    assert!(tested["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let ping = &bot.received()[0];
    assert_eq!(ping.body, r#"{"destination":"Uffffffffffffffffffffffffffffffff","events":[]}"#);
    assert_eq!(ping.headers["x-line-signature"], "2O8I6Zl+jkp/3I7wfStNZxHnLqVrfsTbcaPd+Q4OJ4A=");

    put("https://bot.example/callback").await.is(200, "{}");
    let tested = post(&sim, TEST, "{}").await.json();
    assert_eq!((&tested["success"], &tested["statusCode"]), (&json!(false), &json!(0)));
    assert_eq!(tested["reason"], "COULD_NOT_CONNECT");
    let other = json!({ "endpoint": bot.url() }).to_string();
    assert_eq!(post(&sim, TEST, &other).await.json()["success"], true);
    assert_eq!(sim.webhooks().errors(), []);
    assert_eq!(sim.webhooks().all(), []);
}

#[tokio::test]
async fn webhooks_stay_on_this_machine_unless_allowed() {
    let refused = Sim::builder().webhook("http://192.0.2.1/callback").start().await.unwrap_err();
    assert!(matches!(refused, StartError::Webhook(_)));
    assert_eq!(
        refused.to_string(),
        "`http://192.0.2.1/callback` cannot be a webhook URL: it is not on this machine; allow other machines if you \
         mean to send webhooks to them"
    );
    let sim = Sim::start().await.unwrap();
    assert!(sim.set_webhook("http://bot.example/").is_err());
    assert!(sim.set_webhook("https://127.0.0.1/").is_ok());
    assert!(sim.set_webhook("https://bot.example/").is_err());
    let sim = Sim::builder().allow_remote_webhooks().start().await.unwrap();
    assert!(sim.set_webhook("http://bot.example/").is_ok());
}

#[tokio::test]
async fn all_of_it_over_the_control_api() {
    let sim = Sim::start().await.unwrap();
    let bot = Bot::that(|nth| Does::Answers(if nth == 0 { 500 } else { 200 })).await;
    let user = sim.add_friend();
    let event = format!(r#"{{"type":"follow","source":{{"type":"user","userId":"{user}"}}}}"#);
    assert_eq!(control(&sim, "POST", EVENTS, &event).await.json()["code"], "no_webhook");

    let set = json!({ "webhook": { "url": bot.url() } }).to_string();
    let channel = control(&sim, "PATCH", "/channels/sim-channel-1", &set).await.json();
    assert_eq!(channel["webhook"]["url"], bot.url());
    let far = r#"{"webhook":{"url":"http://bot.example"}}"#;
    let refused = control(&sim, "PATCH", "/channels/sim-channel-1", far).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (400, &json!("/webhook/url")));

    let answer = control(&sim, "POST", EVENTS, &event).await;
    assert_eq!(answer.status, 201);
    let listed = control(&sim, "GET", "/webhooks?wait=9s&count=1", "").await.json();
    let webhook = &listed["webhooks"][0];
    assert_eq!(webhook["events"][0]["webhookEventId"], answer.json()["webhookEventId"]);
    assert_eq!(
        (&webhook["state"], &webhook["attempts"][0]["reason"]),
        (&json!("failed"), &json!("error_status_code"))
    );
    let errors = control(&sim, "GET", "/webhooks/errors", "").await.json();
    assert_eq!(
        (&errors["errors"][0]["detail"], &errors["errors"][0]["count"]),
        (&json!("500"), &json!(1))
    );
    let path = format!("/webhooks/{}/redeliver", webhook["id"]);
    assert_eq!(control(&sim, "POST", &path, "").await.status, 204);
    let listed = control(&sim, "GET", "/webhooks?wait=9s&count=2", "").await.json();
    assert_eq!(listed["webhooks"][0]["state"], "delivered");
    assert_eq!(control(&sim, "POST", "/webhooks/99/redeliver", "").await.status, 404);

    let group = sim.add_group(std::slice::from_ref(&user));
    let other = sim.add_user();
    let chat = format!("/chats/{user}/messages");
    let sticker = r#"{"message":{"type":"sticker","packageId":"1","stickerId":"2"}}"#;
    let said = control(&sim, "POST", &chat, sticker).await.json();
    let picture = r#"{"message":{"type":"image"},"content":"AAEC"}"#;
    assert_eq!(control(&sim, "POST", &chat, picture).await.status, 201);
    let postback = r#"{"data":"a","params":{"date":"2026-08-01"}}"#;
    let tapped = control(&sim, "POST", &format!("/chats/{user}/postback"), postback).await;
    assert_eq!(tapped.status, 201);
    for (method, path, body) in [
        ("DELETE", &*format!("{chat}/{}", said["messageId"].as_str().unwrap()), ""),
        ("PUT", &format!("/chats/{group}/members/{other}"), ""),
        ("DELETE", &format!("/chats/{group}/members/{other}"), ""),
        ("DELETE", &format!("/chats/{group}/account"), ""),
        ("PUT", &format!("/chats/{group}/account"), ""),
        ("PUT", &format!("/users/{user}/friendship"), r#"{"friendship":"blocked"}"#),
    ] {
        assert_eq!(control(&sim, method, path, body).await.status, 204, "{method} {path}");
    }
    sim.webhooks().wait_until_idle().await.unwrap();
    let mut types: Vec<_> =
        bot.events()[2..].iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    types.sort_unstable();
    assert_eq!(
        types,
        [
            "join",
            "leave",
            "memberJoined",
            "memberLeft",
            "message",
            "message",
            "postback",
            "unfollow",
            "unsend"
        ]
    );
    for body in ["", "[]", "7", r#"{"type":"#, r#"{"type":"join"} x"#] {
        assert_eq!(control(&sim, "POST", EVENTS, body).await.status, 400, "{body}");
    }
    for body in ["{}", r#"{"text":"a","message":{}}"#, r#"{"message":{"type":"sticker"}}"#] {
        assert_eq!(control(&sim, "POST", &chat, body).await.status, 400, "{body}");
    }
}
