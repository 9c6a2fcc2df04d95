//! The control API refuses what it does not know.

use hikyaku_sim::Sim;
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{control, get, post},
};

const EVENTS: &str = "/channels/sim-channel-1/events";

#[tokio::test]
async fn a_key_or_word_that_is_misspelt_is_refused_with_the_nearest_one() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let (messages, postback) =
        (format!("/chats/{user}/messages"), format!("/chats/{user}/postback"));
    let friendship = format!("/users/{user}/friendship");
    for (method, path, body, near) in [
        ("POST", "/users", r#"{"dsplayName":"A"}"#, "displayName"),
        ("POST", "/users", r#"{"freindship":"none"}"#, "friendship"),
        ("POST", "/users", r#"{"friendship":"freind"}"#, "friend"),
        ("PUT", &*friendship, r#"{"friendship":"friend","frendship":"none"}"#, "friendship"),
        ("POST", "/groups", r#"{"member":[]}"#, "members"),
        ("POST", "/rooms", r#"{"members":[],"meber":[]}"#, "members"),
        ("POST", "/audiences", r#"{"userIDs":[]}"#, "userIds"),
        ("PATCH", "/channels/sim-channel-1", r#"{"webhook":{"ulr":"x"}}"#, "url"),
        ("PATCH", "/channels/sim-channel-1", r#"{"webhok":{}}"#, "webhook"),
        ("POST", &messages, r#"{"txt":"a"}"#, "text"),
        ("POST", &postback, r#"{"data":"a","parms":{}}"#, "params"),
        ("POST", "/account-links", r#"{"linkToken":"a","nonse":"b"}"#, "nonce"),
        ("POST", "/faults", r#"{"do":{"status":500,"dealy":"1s"}}"#, "delay"),
        ("POST", "/faults", r#"{"match":{"paths":"/x"},"do":{"status":500}}"#, "path"),
        ("PUT", "/faults", r#"[{"mach":{},"do":{"status":500}}]"#, "match"),
        ("PUT", "/clock", r#"{"mode":"fxed","at":"2026-08-01T00:00:00Z"}"#, "fixed"),
        ("POST", "/clock/advance", r#"{"bye":"1s"}"#, "by"),
        ("PUT", "/quota", r#"{"limt":1}"#, "limit"),
        ("PUT", "/ratelimit", r#"{"onn":false}"#, "on"),
        ("PUT", "/ratelimit", r#"{"method":"POST","path":"/x","rat":null}"#, "rate"),
    ] {
        let answer = control(&sim, method, path, body).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid")), "{message}");
        assert!(message.contains(&format!("did you mean `{near}`?")), "{method} {path}: {message}");
    }
    for (path, body, key) in [
        (&messages, r#"{"message":{"type":"text","text":"a","txet":"b"}}"#, "/message/txet"),
        (&postback, r#"{"data":"a","params":{"dat":"2026-08-01"}}"#, "/params/dat"),
    ] {
        let answer = control(&sim, "POST", path, body).await;
        assert_eq!((answer.status, &answer.json()["pointer"]), (400, &json!(key)));
    }
    let users = control(&sim, "GET", "/users", "").await.json();
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
    assert_eq!(users["users"][0]["friendship"], "friend");
}

#[tokio::test]
async fn a_fault_that_can_hit_nothing_and_an_id_that_is_none_are_refused() {
    let sim = Sim::start().await.unwrap();
    let rule = r#"{"match":{"method":"POST","path":"/v2/bot/message/psh"},"do":{"status":500}}"#;
    for (method, body) in [("POST", rule.to_owned()), ("PUT", format!("[{rule}]"))] {
        let answer = control(&sim, method, "/faults", &body).await;
        assert_eq!((answer.status, &answer.json()["pointer"]), (400, &json!("/match/path")));
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with("did you mean /v2/bot/message/push?"), "{message}");
    }
    let why = sim.fault(hikyaku_sim::FaultRule::reset().on("GET", "/v2/bot/nothing")).unwrap_err();
    assert!(why.to_string().contains("so that it hits nothing"), "{why}");
    assert_eq!(control(&sim, "GET", "/faults", "").await.json(), json!({ "faults": [] }));
    let answer = control(&sim, "POST", "/audiences", r#"{"userIds":["U1"]}"#).await;
    assert_eq!((answer.status, &answer.json()["pointer"]), (400, &json!("/userIds/0")));
}

#[tokio::test]
async fn a_message_that_nobody_sent_cannot_be_taken_back() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let user = sim.add_friend();
    let said = sim.user_says(&user, "a");
    let messages = format!("/chats/{user}/messages");
    for id in ["x", "1", "99999999999999999999"] {
        let answer = control(&sim, "DELETE", &format!("{messages}/{id}"), "").await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("unknown")), "{id}");
    }
    let taken = control(&sim, "DELETE", &format!("{messages}/{}", said.message_id), "").await;
    assert_eq!(taken.status, 204);
    sim.webhooks().wait_until_idle().await.unwrap();
    assert_eq!(bot.events().len(), 2);
    sim.reset();
    let again = sim.add_friend();
    let path = format!("/chats/{again}/messages/{}", said.message_id);
    assert_eq!(control(&sim, "DELETE", &path, "").await.status, 404);
}

#[tokio::test]
async fn a_fault_that_is_asked_for_and_not_there_stands_in_the_log() {
    let sim = Sim::start().await.unwrap();
    sim.fault(hikyaku_sim::FaultRule::answer(503).named("down").times(1)).unwrap();
    for name in ["dwon", "down", "down"] {
        let bearer = crate::http::bearer(&sim);
        let headers = [("authorization", &*bearer), ("X-Sim-Fault", name)];
        crate::http::send(&sim.api_url(), "GET", "/v2/bot/info", &headers, b"").await.unwrap();
    }
    let log = sim.requests();
    let told: Vec<_> = log.iter().map(|request| (request.status, request.hint.clone())).collect();
    let missed = |name: &str| Some(format!("no fault rule named `{name}` hit this request"));
    assert_eq!(told, [(Some(200), missed("dwon")), (Some(503), None), (Some(200), missed("down"))]);
}

#[tokio::test]
async fn half_a_body_changes_nothing() {
    let sim = Sim::start().await.unwrap();
    control(&sim, "PUT", "/quota", r#"{"limit":5,"used":1}"#).await;
    for (path, body) in [
        ("/quota", r#"{"used":3}"#),
        ("/ratelimit", "{}"),
        ("/ratelimit", r#"{"method":"POST","path":"/v2/bot/message/push"}"#),
        ("/ratelimit", r#"{"on":true,"rate":null}"#),
    ] {
        assert_eq!(control(&sim, "PUT", path, body).await.status, 400, "{body}");
    }
    let quota = control(&sim, "GET", "/quota", "").await.json();
    assert_eq!(quota, json!({ "limit": 5, "used": 1, "remaining": 4 }));
    for (method, path) in [("POST", "/channels"), ("POST", "/reset"), ("DELETE", "/faults")] {
        let answer = control(&sim, method, path, r#"{"id":"x"}"#).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (400, json!("invalid")),
            "{path}"
        );
    }
    assert_eq!(control(&sim, "POST", "/channels", "{}").await.status, 201);
}

#[tokio::test]
async fn a_parameter_that_is_unknown_or_twice_there_is_refused() {
    let sim = Sim::start().await.unwrap();
    for (method, path, words) in [
        ("GET", "/outbox?kid=push", "did you mean `kind`?"),
        ("GET", "/outbox/latest?wait=1s", "there is no parameter `wait` here"),
        ("GET", "/outbox?count=2", "`count` needs `wait`"),
        ("GET", "/outbox?to=a&to=b", "`to` is given twice"),
        ("GET", "/webhooks?chanel=x", "did you mean `channel`?"),
        ("GET", "/log?limt=3", "did you mean `limit`?"),
        ("POST", "/users?chanel=sim-channel-2", "did you mean `channel`?"),
        ("PUT", "/clock?channel=sim-channel-1", "it takes no parameters"),
        ("GET", "/health?x", "it takes no parameters"),
    ] {
        let answer = control(&sim, method, path, "").await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid_parameter")));
        assert!(message.contains(words), "{path}: {message}");
    }
    assert_eq!(control(&sim, "GET", "/outbx?x=y", "").await.json()["code"], "unknown_path");
    assert_eq!(control(&sim, "GET", "/users?channel=", "").await.status, 404);
}

#[tokio::test]
async fn a_bare_message_event_is_filled_in() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let user = sim.add_friend();
    let bare = json!({
        "type": "message",
        "source": { "type": "user", "userId": user },
        "message": { "type": "text", "text": "x" },
    });
    let answer = control(&sim, "POST", EVENTS, &bare.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let image = json!({
        "type": "message",
        "source": { "type": "user", "userId": user },
        "message": { "type": "image" },
    });
    assert_eq!(control(&sim, "POST", EVENTS, &image.to_string()).await.status, 201);
    sim.webhooks().wait_until_idle().await.unwrap();
    let events = bot.events();
    let event = &events[0];
    assert_eq!(event["webhookEventId"], answer.json()["webhookEventId"]);
    assert_eq!((&event["mode"], &event["message"]["text"]), (&json!("active"), &json!("x")));
    assert_eq!(event["deliveryContext"], json!({ "isRedelivery": false }));
    assert!(event["timestamp"].is_i64());
    let id = event["message"]["id"].as_str().unwrap();
    assert!(id.parse::<u64>().is_ok(), "{id}");
    assert!(event["message"]["quoteToken"].is_string());
    assert_ne!(event["message"]["id"], events[1]["message"]["id"]);
    let reply = json!({
        "replyToken": event["replyToken"], "messages": [{ "type": "text", "text": "a" }],
    });
    assert_eq!(post(&sim, "/v2/bot/message/reply", &reply.to_string()).await.status, 200);
    let read = json!({ "markAsReadToken": event["message"]["markAsReadToken"] });
    post(&sim, "/v2/bot/chat/markAsRead", &read.to_string()).await.is(200, "{}");
    assert_eq!(sim.read_up_to(&user).as_deref(), Some(id));
}

#[tokio::test]
async fn an_event_that_does_not_fit_its_type_is_refused() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    for body in [
        "{}",
        r#"{"type":"postback","postback":{}}"#,
        r#"{"type":"message","message":{"type":"text"}}"#,
        r#"{"type":"unsend"}"#,
        r#"{"type":"join","timestamp":"now"}"#,
    ] {
        let answer = control(&sim, "POST", EVENTS, body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid")), "{body}");
    }
    let newer = control(&sim, "POST", EVENTS, r#"{"type":"hologram","size":3}"#).await;
    assert_eq!(newer.status, 201);
    sim.webhooks().wait_until_idle().await.unwrap();
    let events = bot.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["webhookEventId"], newer.json()["webhookEventId"]);
    assert_eq!((&events[0]["size"], &events[0]["source"]), (&json!(3), &Value::Null));
    assert_eq!(get(&sim, "/v2/bot/info").await.status, 200);
}
