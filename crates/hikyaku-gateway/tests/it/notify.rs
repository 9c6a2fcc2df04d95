//! The contract of LINE Notify's API.

use std::time::Duration;

use hikyaku_sim::FaultRule;
use serde_json::json;

use crate::home::{Answer, Home, OK};

const INVALID: &str = r#"{"status":401,"message":"Invalid access token"}"#;

#[tokio::test]
async fn a_message_arrives_in_every_form_that_scripts_use() {
    let home = Home::new().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let charset = "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n";
    let multipart = "Content-Type: multipart/form-data; boundary=----\r\n";
    let part =
        "------\r\nContent-Disposition: form-data; name=\"message\"; \r\n\r\nhello\r\n--------\r\n";
    for (line, headers, body, text) in [
        ("POST /api/notify", form, "message=hello", "hello"),
        ("POST /api/notify", multipart, part, "hello"),
        ("POST /api/notify?message=hello", "", "", "hello"),
        ("POST /api/notify?message=hello", form, "", "hello"),
        ("POST /api/notify", charset, "message=hello", "hello"),
        ("POST /api/notify/", form, "version=1&title=t&message=hello&type=info", "hello"),
        ("POST /api/notify", form, "message=a b 100% ไทย", "a b 100% ไทย"),
        ("POST /api/notify", form, "message=line1%0Aline2", "line1\nline2"),
        ("POST /api/notify", form, "message=a%2Bb+c", "a+b c"),
        ("POST /api/notify", form, "message=+", " "),
    ] {
        let before = home.pushes();
        let answer = home.call(line, &home.t1, headers, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, OK), "{line} {body}");
        assert_eq!(answer.header("x-gateway-delivery"), Some("sent"));
        assert_eq!(home.pushes(), before + 1);
        let messages = json!([{ "type": "text", "text": format!("[cron] {text}") }]);
        assert_eq!(home.pushed(), json!({ "to": home.alice, "messages": messages }), "{body}");
    }
    home.stop().await;
}

#[tokio::test]
async fn answers_have_line_notifys_bytes() {
    let home = Home::new().await;
    let now = home.sim.now().as_second();
    let answer = home.notify(&home.t1, "message=a").await;
    for (name, value) in [
        ("X-RateLimit-Limit", "1000"),
        ("X-RateLimit-Remaining", "999"),
        ("X-RateLimit-ImageLimit", "50"),
        ("X-RateLimit-ImageRemaining", "50"),
        ("Content-Length", "29"),
        ("Content-Type", "application/json"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
    let reset: i64 = answer.header("X-RateLimit-Reset").unwrap().parse().unwrap();
    assert!((now + 3600..now + 3660).contains(&reset), "{now} {reset}");
    assert!(!answer.head.to_lowercase().contains("transfer-encoding"), "{answer:?}");

    // The window is fixed: ten minutes later it ends when it would have ended.
    home.sim.advance(Duration::from_secs(600));
    let status = home.call("GET /api/status", &home.t1, "", "").await;
    assert_eq!(
        status.body,
        r#"{"status":200,"message":"ok","targetType":"USER","target":"Alice"}"#
    );
    assert_eq!(status.header("X-RateLimit-Remaining"), Some("998"));
    assert_eq!(status.header("X-RateLimit-Reset"), answer.header("X-RateLimit-Reset"));
    let status = home.call("GET /api/status", &home.t2, "", "").await;
    assert_eq!(status.body, r#"{"status":200,"message":"ok","targetType":"GROUP","target":"Ops"}"#);

    home.sim.advance(Duration::from_secs(3601));
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!(answer.header("X-RateLimit-Remaining"), Some("999"));
    assert_ne!(answer.header("X-RateLimit-Reset"), Some(reset.to_string().as_str()));
    home.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_in_json() {
    let home = Home::new().await;
    let empty = r#"{"status":400,"message":"message: must not be empty"}"#;
    for form in ["", "message=", "title=x"] {
        let answer = home.notify(&home.t1, form).await;
        assert_eq!((answer.status, answer.body.as_str()), (400, empty), "{form}");
    }
    for (line, status, body) in [
        ("GET /api/notify", 405, r#"{"status":405,"message":"Method not allowed"}"#),
        ("PUT /api/revoke", 405, r#"{"status":405,"message":"Method not allowed"}"#),
        ("GET /nothing", 404, r#"{"status":404,"message":"Not found"}"#),
    ] {
        let answer = home.call(line, &home.t1, "", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{line}");
    }
    let file = "Content-Type: multipart/form-data; boundary=X\r\n";
    let part = "--X\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\n--X\r\n\
        Content-Disposition: form-data; name=\"imageFile\"; filename=\"a.png\"\r\n\r\nPNG\r\n--X--\r\n";
    let answer = home.call("POST /api/notify", &home.t1, file, part).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("imageFile: this gateway does not take uploads"), "{answer:?}");
    let large = format!("message={}", "x".repeat(3 << 20));
    let answer = home.notify(&home.t1, &large).await;
    assert_eq!((answer.status, answer.body.starts_with(r#"{"status":413,"#)), (413, true));
    assert_eq!(home.pushes(), 0);
    home.stop().await;
}

#[tokio::test]
async fn only_a_token_opens_the_door() {
    let home = Home::new().await;
    let token = home.t1.expose();
    let changed = format!("{}{}", &token[..42], if token.ends_with('a') { 'b' } else { 'a' });
    let request = |header: &str| {
        format!(
            "POST /api/notify?message=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}Content-Length: 0\r\n\r\n"
        )
    };
    for header in [
        String::new(),
        format!("Authorization: Bearer {changed}\r\n"),
        format!("Authorization: Basic {token}\r\n"),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer \r\n".to_owned(),
    ] {
        let answer = Answer::read(home.raw(request(&header)).await);
        assert_eq!((answer.status, answer.body.as_str()), (401, INVALID), "{header}");
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
    }
    for header in [
        format!("authorization: bearer {token}\r\n"),
        format!("Authorization:\tBearer {token}\r\n"),
    ] {
        assert_eq!(Answer::read(home.raw(request(&header)).await).body, OK, "{header}");
    }
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assert_eq!(home.call("POST /api/revoke", &home.t1, form, "{}").await.body, OK);
    for line in ["POST /api/notify?message=a", "GET /api/status", "POST /api/revoke"] {
        let answer = home.call(line, &home.t1, "", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (401, INVALID), "{line}");
    }
    home.stop().await;
}

#[tokio::test]
async fn pictures_stickers_and_long_texts_are_one_push() {
    let home = Home::new().await;
    let form = "message=a&stickerPackageId=446&stickerId=1988&notificationDisabled=True\
        &imageThumbnail=https://a.example/s.jpg&imageFullsize=https://a.example/l.jpg";
    assert_eq!(home.notify(&home.t1, form).await.body, OK);
    let image = json!({ "type": "image", "originalContentUrl": "https://a.example/l.jpg", "previewImageUrl": "https://a.example/s.jpg" });
    let sticker = json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" });
    let text = json!({ "type": "text", "text": "[cron] a" });
    let expected = json!({ "to": home.alice, "messages": [text, image, sticker], "notificationDisabled": true });
    assert_eq!(home.pushed(), expected);

    let form = "message=a&imageFullsize=https://a.example/l.jpg";
    assert_eq!(home.notify(&home.t1, form).await.body, OK);
    assert_eq!(home.pushed()["messages"][1]["previewImageUrl"], "https://a.example/l.jpg");

    let long = format!("{}{}", "x".repeat(4992), "😀".repeat(500));
    assert_eq!(home.notify(&home.t1, &format!("message={long}")).await.body, OK);
    let pushed = home.pushed();
    let texts: Vec<_> = pushed["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert_eq!((texts.len(), texts.concat()), (2, format!("[cron] {long}")));
    assert!(texts.iter().all(|text| text.encode_utf16().count() <= 5000));
    home.stop().await;
}

#[tokio::test]
async fn a_message_may_be_as_long_as_the_configuration_says() {
    let home = Home::new().await;
    for length in [1000, 1001] {
        let text = "x".repeat(length);
        assert_eq!(home.notify(&home.t1, &format!("message={text}")).await.body, OK);
        assert_eq!(home.pushed()["messages"][0]["text"], format!("[cron] {text}"));
    }
    home.stop().await;
    let home = Home::with("longest_message = 1000\nprefix = \"{name}> \"", None).await;
    assert_eq!(home.notify(&home.t1, &format!("message={}", "ก".repeat(1000))).await.body, OK);
    assert!(home.pushed()["messages"][0]["text"].as_str().unwrap().starts_with("cron> ก"));
    let long = home.notify(&home.t1, &format!("message={}", "ก".repeat(1001))).await;
    let told = r#"{"status":400,"message":"message: is too long"}"#;
    assert_eq!((long.status, long.body.as_str(), home.pushes()), (400, told, 1));
    home.stop().await;
}

#[tokio::test]
async fn a_refused_sticker_leaves_the_text() {
    let home = Home::new().await;
    let refusal = json!({
        "message": "The request body has 1 error(s)",
        "details": [{ "message": "invalid sticker", "property": "messages[1]" }],
    });
    home.sim
        .fault(FaultRule::answer(400).on("POST", "/v2/bot/message/push").times(1).body(refusal))
        .unwrap();
    let answer = home.notify(&home.t1, "message=a&stickerPackageId=1&stickerId=2").await;
    assert_eq!((answer.body.as_str(), home.pushes()), (OK, 2), "{answer:?}");
    assert_eq!(home.pushed()["messages"], json!([{ "type": "text", "text": "[cron] a" }]));
    home.stop().await;
}

#[tokio::test]
async fn a_sticker_that_is_refused_later_leaves_the_text_too() {
    let home = Home::with("delivery = \"queued\"", None).await;
    let refusal = json!({
        "message": "The request body has 1 error(s)",
        "details": [{ "message": "invalid sticker", "property": "messages[2]" }],
    });
    home.sim
        .fault(FaultRule::answer(400).on("POST", "/v2/bot/message/push").times(1).body(refusal))
        .unwrap();
    let form = "message=a&stickerPackageId=1&stickerId=2&notificationDisabled=true&imageFullsize=https://a.example/l.jpg";
    let answer = home.notify(&home.t1, form).await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("queued")));
    home.sim.wait_for(1).await.unwrap();
    let pushed = home.pushed();
    assert_eq!(pushed["messages"].as_array().unwrap().len(), 2, "{pushed}");
    assert_eq!(pushed["messages"][0]["text"], "[cron] a");
    assert_eq!(
        (&pushed["messages"][1]["type"], &pushed["notificationDisabled"]),
        (&json!("image"), &json!(true))
    );
    assert!(home.sim.duplicates().is_empty());
    // What is refused for another reason stays refused.
    let refusal = json!({
        "message": "The request body has 1 error(s)",
        "details": [{ "message": "invalid text", "property": "messages[0]" }],
    });
    home.sim
        .fault(FaultRule::answer(400).on("POST", "/v2/bot/message/push").times(1).body(refusal))
        .unwrap();
    home.notify(&home.t1, "message=b&stickerPackageId=1&stickerId=2").await;
    home.notify(&home.t1, "message=c").await;
    home.sim.wait_for(2).await.unwrap();
    assert_eq!(home.pushed()["messages"][0]["text"], "[cron] c");
    home.stop().await;
}

#[tokio::test]
async fn a_group_without_the_account_is_told_in_line_notifys_words() {
    let home = Home::new().await;
    assert_eq!(home.notify(&home.t2, "message=x").await.body, OK);
    assert_eq!(home.pushed()["messages"][0]["text"], "[srv] x");
    home.sim.remove_from(&home.group);
    let answer = home.notify(&home.t2, "message=x").await;
    let told = r#"{"status":400,"message":"LINE Notify account doesn't join group which you want to send."}"#;
    assert_eq!((answer.status, answer.body.as_str()), (400, told));
    home.stop().await;
}

#[tokio::test]
async fn a_bad_token_of_the_channel_is_no_401() {
    let home = Home::with("", Some("wrong")).await;
    let answer = home.notify(&home.t1, "message=x").await;
    assert_eq!(answer.status, 500, "{answer:?}");
    let left = home.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
    assert!(left.iter().all(|it| it.state == hikyaku_sender::State::Cancelled), "{left:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_used_up_month_queues() {
    let home = Home::new().await;
    home.sim.set_quota(10, 10);
    let answer = home.notify(&home.t1, "message=x").await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("queued")));
    home.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_repeated_under_one_key() {
    let home = Home::with("delivery = \"queued\"", None).await;
    let push = "/v2/bot/message/push";
    home.sim.fault(FaultRule::answer(500).on("POST", push).times(2)).unwrap();
    home.sim.fault(FaultRule::drop_after_accept().on("POST", push).times(1)).unwrap();
    assert_eq!(home.notify(&home.t1, "message=x").await.body, OK);
    // What comes behind it shows that the 409, which ends it, is the last that is heard of it.
    assert_eq!(home.notify(&home.t1, "message=y").await.body, OK);
    home.sim.wait_for(2).await.unwrap();
    let requests = home.sim.requests();
    let of = |text: &str| {
        let of = |it: &&hikyaku_sim::LoggedRequest| it.body.ends_with(text.as_bytes());
        requests.iter().filter(of).map(|it| (it.retry_key(), it.status)).collect::<Vec<_>>()
    };
    let tried = of("x\"}]}");
    let statuses: Vec<_> = tried.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [Some(500), Some(500), None, Some(409)], "{tried:?}");
    assert!(tried.iter().all(|(key, _)| key.is_some() && *key == tried[0].0), "{tried:?}");
    assert_eq!(of("y\"}]}").len(), 1);
    home.stop().await;
}

#[tokio::test]
async fn the_call_after_the_last_is_429_and_others_go_on() {
    let home = Home::new().await;
    for _ in 0..1000 {
        home.call("GET /api/status", &home.t1, "", "").await;
    }
    let answer = home.notify(&home.t1, "message=x").await;
    assert_eq!((answer.status, answer.header("X-RateLimit-Remaining")), (429, Some("0")));
    assert_eq!(home.pushes(), 0);
    assert_eq!(home.notify(&home.t2, "message=x").await.body, OK);
    home.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_sends_once() {
    let home = Home::new().await;
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: job-1\r\n";
    for _ in 0..2 {
        let answer = home.call("POST /api/notify", &home.t1, headers, "message=x").await;
        assert_eq!(answer.body, OK);
    }
    assert_eq!(home.pushes(), 1);
    let answer = home.call("POST /api/notify", &home.t1, headers, "message=y").await;
    assert_eq!(answer.status, 409);
    assert_eq!(home.call("POST /api/notify", &home.t2, headers, "message=y").await.body, OK);
    home.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_is_one_or_none_and_never_ignored() {
    let home = Home::new().await;
    let call = async |headers: &str| {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{headers}");
        home.call("POST /api/notify", &home.t1, &headers, "message=x").await
    };
    for wrong in [
        "Idempotency-Key: j\u{f6}b\r\n".to_owned(),
        "Idempotency-Key: a b\r\n".to_owned(),
        "Idempotency-Key: a\r\nIdempotency-Key: b\r\n".to_owned(),
        format!("Idempotency-Key: {}\r\n", "a".repeat(129)),
    ] {
        let answer = call(&wrong).await;
        assert_eq!(answer.status, 400, "{wrong} {answer:?}");
        assert!(answer.body.contains("Idempotency-Key"), "{answer:?}");
    }
    assert_eq!(home.pushes(), 0);
    for _ in 0..2 {
        assert_eq!(call("Idempotency-Key:\r\n").await.body, OK);
    }
    assert_eq!(home.pushes(), 2);
    for quoted in ["Idempotency-Key: \"job\"\r\n", "Idempotency-Key: job\r\n"] {
        assert_eq!(call(quoted).await.body, OK);
    }
    assert_eq!(home.pushes(), 3);
    home.stop().await;
}

#[tokio::test]
async fn who_guesses_tokens_is_slowed_down_and_others_are_not() {
    let home = Home::new().await;
    let guess = hikyaku_gateway::AccessToken::import(&"x".repeat(43)).unwrap();
    for _ in 0..30 {
        assert_eq!(home.notify(&guess, "message=x").await.status, 401);
    }
    let told = r#"{"status":429,"message":"Rate limit exceeded."}"#;
    for line in ["POST /api/notify?message=x", "GET /api/status", "POST /api/revoke"] {
        let answer = home.call(line, &guess, "", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (429, told), "{line}");
    }
    assert_eq!(home.notify(&home.t1, "message=x").await.body, OK);
    home.stop().await;
}
