//! LINE's own API at the gateway, by raw bytes, over a simulator that counts.

use std::time::Duration;

use hikyaku_gateway::{ApiKey, NewApiKey, Rights};
use hikyaku_sender::{Filter, NewHold, State};
use hikyaku_sim::{FaultRule, LoggedRequest};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::home::{Answer, Home};

pub(crate) const PUSH: &str = "/v2/bot/message/push";
pub(crate) const R: &str = "X-Line-Retry-Key: 123e4567-e89b-12d3-a456-426614174000\r\n";
const R_UPPER: &str = "X-Line-Retry-Key: 123E4567-E89B-12D3-A456-426614174000\r\n";

/// A gateway, and a bot's key.
pub(crate) struct Bot {
    pub(crate) home: Home,
    pub(crate) key: ApiKey,
}

impl Bot {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With these lines in `[line]`.
    pub(crate) async fn with(line: &str) -> Self {
        let home = Home::with(&format!("[line]\n{line}"), None).await;
        let key = home.key(NewApiKey::new("bot", "default")).await;
        Self { home, key }
    }

    pub(crate) async fn call(&self, line: &str, headers: &str, body: &str) -> Answer {
        self.call_with(self.key.expose(), line, headers, body).await
    }

    pub(crate) async fn call_with(
        &self,
        key: &str,
        line: &str,
        headers: &str,
        body: &str,
    ) -> Answer {
        let length = body.len();
        let json = "Content-Type: application/json\r\n";
        let content_type = if headers.contains("Content-Type") { "" } else { json };
        let request = format!(
            "{line} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
             {content_type}{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        Answer::read(self.home.raw(request).await)
    }

    pub(crate) async fn send(&self, path: &str, headers: &str, body: &str) -> Answer {
        self.call(&format!("POST {path}"), headers, body).await
    }

    /// Pushes a text to Alice.
    pub(crate) async fn push(&self, headers: &str, text: &str) -> Answer {
        self.send(PUSH, headers, &self.to_alice(text)).await
    }

    pub(crate) fn to_alice(&self, text: &str) -> String {
        format!(r#"{{"to":"{}","messages":[{{"type":"text","text":"{text}"}}]}}"#, self.home.alice)
    }

    /// What LINE was asked, but for the worker's own questions about the month.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let mut requests = self.home.sim.requests();
        requests.retain(|it| !it.path.starts_with("/v2/bot/message/quota"));
        requests
    }

    pub(crate) fn asked(&self) -> usize {
        self.requests().len()
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.home.sim.delivered()
    }

    pub(crate) async fn until_delivered(&self, messages: u64) {
        while self.delivered() < messages {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn stop(self) {
        assert_eq!(self.home.sim.duplicates(), vec![]);
        self.home.stop().await;
    }
}

pub(crate) fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).expect(&answer.body)
}

pub(crate) fn texts(text: &str) -> String {
    format!(r#"{{"messages":[{{"type":"text","text":"{text}"}}]}}"#)
}

#[tokio::test]
async fn a_push_gets_lines_own_answer() {
    let bot = Bot::new().await;
    let answer = bot.push("", "hello").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let sent = &bot.home.sim.outbox()[0];
    let body = body(&answer);
    assert_eq!(body["sentMessages"][0]["id"], sent.message_ids[0].as_str());
    assert!(body["sentMessages"][0]["quoteToken"].is_string());
    assert_eq!(answer.header("x-hikyaku-answer"), Some("line"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let request = &bot.requests()[0];
    assert_eq!(request.headers["x-line-retry-key"].len(), 36);
    let delivery = answer.header("x-hikyaku-delivery").unwrap();
    let id = answer.header("x-line-request-id").unwrap();
    assert_ne!(id, delivery);

    let story = bot.call(&format!("GET /_hikyaku/v1/deliveries/{delivery}"), "", "").await;
    let story = self::body(&story);
    assert_eq!((&story["state"], &story["request_id"]), (&json!("accepted"), &json!(id)));
    assert_eq!(story["attempts"][0]["status"], 200);
    // Another key's is nobody's.
    let other = bot.home.key(NewApiKey::new("other", "default")).await;
    let line = format!("GET /_hikyaku/v1/deliveries/{delivery}");
    assert_eq!(bot.call_with(other.expose(), &line, "", "").await.status, 404);
    bot.stop().await;
}

#[tokio::test]
async fn a_retry_key_is_one_send() {
    let bot = Bot::new().await;
    let first = bot.push(R, "hello").await;
    assert_eq!(first.status, 200, "{first:?}");
    let request = &bot.requests()[0];
    assert_eq!(request.headers["x-line-retry-key"], "123e4567-e89b-12d3-a456-426614174000");

    let reordered = format!(
        r#"{{ "messages":[{{"text":"hello","type":"text"}}], "to":"{}" }}"#,
        bot.home.alice
    );
    for (headers, body) in [(R, bot.to_alice("hello")), (R_UPPER, reordered)] {
        let again = bot.send(PUSH, headers, &body).await;
        assert_eq!(again.status, 409);
        let accepted = again.header("x-line-accepted-request-id");
        assert_eq!(accepted, first.header("x-line-request-id"));
        assert_eq!(again.header("x-hikyaku-answer"), Some("stored"));
        let (again, first) = (self::body(&again), self::body(&first));
        assert_eq!(again["message"], "The retry key is already accepted");
        assert_eq!(again["sentMessages"], first["sentMessages"]);
    }
    let other = bot.push(R, "another text").await;
    assert_eq!((other.status, other.header("x-hikyaku-error")), (400, Some("key-reuse")));
    assert_eq!((bot.asked(), bot.delivered()), (1, 1));
    bot.stop().await;
}

#[tokio::test]
async fn a_retry_key_that_is_none() {
    let bot = Bot::new().await;
    // As the Go SDK sends it.
    assert_eq!(bot.push("X-Line-Retry-Key:\r\nX-Line-Delivery-Tag:\r\n", "a").await.status, 200);
    let wrong = bot.push("X-Line-Retry-Key: abc\r\n", "b").await;
    assert_eq!((wrong.status, &*wrong.body), (400, r#"{"message":"The retry key is invalid"}"#));
    assert_eq!(bot.push(&format!("{R}{R}"), "b").await.status, 400);
    assert_eq!(bot.asked(), 1);
    bot.stop().await;
}

#[tokio::test]
async fn two_at_the_same_moment_are_one_and_get_one_answer() {
    let bot = Bot::new().await;
    let slow = FaultRule::delay(Duration::from_millis(300)).on("POST", PUSH);
    bot.home.sim.fault(slow).unwrap();
    let (one, other) = tokio::join!(bot.push(R, "hello"), bot.push(R, "hello"));
    assert_eq!((one.status, other.status), (200, 200), "{one:?} {other:?}");
    assert_eq!(one.header("x-line-request-id"), other.header("x-line-request-id"));
    assert_eq!((bot.asked(), one.body), (1, other.body));
    bot.stop().await;
}

#[tokio::test]
async fn without_a_key_each_call_is_a_send_and_an_idempotency_key_is_one() {
    let bot = Bot::new().await;
    bot.push("", "hello").await;
    bot.push("", "hello").await;
    assert_eq!(bot.delivered(), 2);
    let key = "Idempotency-Key: \"order-17\"\r\n";
    let first = bot.push(key, "hello").await;
    let again = bot.push(key, "hello").await;
    assert_eq!((again.status, again.header("x-hikyaku-answer")), (200, Some("stored")));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("x-line-request-id"), first.header("x-line-request-id"));
    let other = bot.push(key, "another").await;
    assert_eq!((other.status, other.header("x-hikyaku-error")), (422, Some("key-reuse")));
    assert_eq!(bot.delivered(), 3);
    // It is the API key's own.
    let c = bot.home.key(NewApiKey::new("c", "default")).await;
    let line = format!("POST {PUSH}");
    let of_c = bot.call_with(c.expose(), &line, key, &bot.to_alice("hello")).await;
    assert_eq!((of_c.status, bot.delivered()), (200, 4));
    for request in bot.requests() {
        assert!(!request.headers.contains_key("idempotency-key"));
    }
    bot.home.stop().await;
}

#[tokio::test]
async fn the_other_kinds_are_sent_and_named_alike() {
    let bot = Bot::new().await;
    let multicast = format!(r#"{{"to":["{}"],{}"#, bot.home.alice, &texts("m")[1..]);
    for (kind, body) in [("multicast", multicast), ("broadcast", texts("b"))] {
        let path = format!("/v2/bot/message/{kind}");
        let headers = R.replace("4000", if kind == "broadcast" { "4001" } else { "4002" });
        let first = bot.send(&path, &headers, &body).await;
        assert_eq!((first.status, &*first.body), (200, "{}"), "{kind}");
        let again = bot.send(&path, &headers, &body).await;
        let told = r#"{"message":"The retry key is already accepted"}"#;
        assert_eq!((again.status, &*again.body), (409, told), "{kind}");
        // Without a key it is another one.
        assert_eq!(bot.send(&path, "", &body).await.status, 200, "{kind}");
    }
    // Alice twice by multicast; three friends twice by broadcast.
    assert_eq!(bot.delivered(), 2 + 6);
    bot.home.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_the_success_that_it_was() {
    let bot = Bot::with("wait_seconds = 8").await;
    let lost = FaultRule::drop_after_accept().on("POST", PUSH).times(1);
    bot.home.sim.fault(lost).unwrap();
    let answer = bot.push(R, "hello").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let requests = bot.requests();
    assert_eq!(answer.header("x-line-request-id"), Some(&*requests[0].request_id));
    assert!(body(&answer)["sentMessages"][0]["id"].is_string());
    assert!(body(&answer).get("message").is_none());
    assert_eq!((requests.len(), bot.delivered()), (2, 1));

    bot.home.sim.fault(FaultRule::answer(500).on("POST", PUSH).times(1)).unwrap();
    assert_eq!(bot.push("", "again").await.status, 200);
    assert_eq!(bot.delivered(), 2);
    bot.home.stop().await;
}

#[tokio::test]
async fn while_line_is_down_a_send_is_on_disk() {
    let bot = Bot::with("wait_seconds = 1").await;
    let down = bot.home.sim.fault(FaultRule::drop_before().on("POST", PUSH)).unwrap();
    let first = bot.push(R, "hello").await;
    assert_eq!(first.status, 202, "{first:?}");
    let id = first.header("x-line-request-id").unwrap();
    assert_eq!(Some(id), first.header("x-hikyaku-delivery"));
    assert_eq!(first.header("x-hikyaku-answer"), Some("gateway"));
    assert_eq!(body(&first)["delivery"]["id"], id);
    assert!(body(&first).get("sentMessages").is_none());
    // It joins the first.
    let again = bot.push(&format!("{R}Prefer: respond-async\r\n"), "hello").await;
    assert_eq!((again.status, again.header("x-line-request-id")), (202, Some(id)));
    assert_eq!(again.header("preference-applied"), Some("respond-async"));
    let other = bot.push(&format!("{R}Prefer: wait=1\r\n"), "other").await;
    assert_eq!((other.status, other.header("preference-applied")), (400, Some("wait=1")));
    assert!(bot.home.sim.fault_hits(&down) > 0);
    bot.home.sim.clear_faults();
    bot.until_delivered(1).await;
    let mut after = bot.push(R, "hello").await;
    while after.status == 200 || after.status == 202 {
        // It joined before the acceptance was written down.
        after = bot.push(R, "hello").await;
    }
    assert_eq!((after.status, bot.delivered()), (409, 1), "{after:?}");
    bot.stop().await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_changes_nothing() {
    let bot = Bot::new().await;
    let slow = FaultRule::delay(Duration::from_millis(300)).on("POST", PUSH);
    bot.home.sim.fault(slow).unwrap();
    let (key, sent) = (bot.key.expose(), bot.to_alice("hello"));
    let request = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{sent}",
        sent.len()
    );
    let mut stream = tokio::net::TcpStream::connect(bot.home.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    while bot.home.outbox.list(Filter::default()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    bot.until_delivered(1).await;
    bot.stop().await;
}

/// Its caller is gone when LINE refuses it, so the operator hears of it.
#[tokio::test]
async fn a_refusal_that_its_caller_does_not_get_stays_on_the_tray() {
    let bot = Bot::new().await;
    let slow = FaultRule::delay(Duration::from_millis(300)).on("POST", PUSH);
    bot.home.sim.fault(slow).unwrap();
    let nobody = "U0000000000000000000000000000000f";
    let sent = bot.to_alice("hello").replace(bot.home.alice.as_str(), nobody);
    let request = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{sent}",
        bot.key.expose(),
        sent.len()
    );
    let mut stream = tokio::net::TcpStream::connect(bot.home.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let outbox = bot.home.outbox.clone();
    let id = loop {
        match outbox.list(Filter::default()).await.unwrap().first() {
            Some(listed) => break listed.id,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    drop(stream);
    outbox.wait(id, Duration::from_secs(60)).await.unwrap();
    let sim = bot.home.sim.clone();
    bot.stop().await;
    let shown = outbox.show(id).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.told_at), (State::Rejected, None));
    sim.advance(Duration::from_secs(60 * 60));
    outbox.sweep_once().await.unwrap();
    assert_eq!(outbox.outcomes(0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn lines_refusal_comes_as_it_is_and_frees_the_key() {
    let bot = Bot::new().await;
    let nobody = "U0000000000000000000000000000000f";
    let wrong = bot.to_alice("hello").replace(bot.home.alice.as_str(), nobody);
    let refused = bot.send(PUSH, R, &wrong).await;
    let words = r#"{"message":"Failed to send messages"}"#;
    assert_eq!((refused.status, &*refused.body), (400, words));
    let named = &bot.requests()[0].request_id;
    assert_eq!(refused.header("x-line-request-id"), Some(&**named));
    // Nobody else need deal with it, and no outcome tells of it.
    let all = Filter::default;
    let rejected = all().state(State::Rejected);
    while !bot.home.outbox.list(rejected.clone()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(bot.home.outbox.list(all()).await.unwrap()[0].told_at.is_some());
    bot.home.sim.advance(Duration::from_secs(60 * 60));
    bot.home.outbox.sweep_once().await.unwrap();
    assert_eq!(bot.home.outbox.outcomes(0).await.unwrap(), []);
    let right = bot.push(R, "hello").await;
    assert_eq!((right.status, bot.delivered()), (200, 1), "{right:?}");
    bot.stop().await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_before_anything_is_stored() {
    let bot = Bot::new().await;
    let alice = bot.home.alice.as_str().to_owned();
    let text = r#"{"type":"text","text":"a"}"#;
    let six = format!(r#"{{"to":"{alice}","messages":[{}]}}"#, [text; 6].join(","));
    let cases = [
        (
            six,
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"Size must be between 1 and 5","property":"messages"}]}"#,
        ),
        (
            "{\"to\":".into(),
            r#"{"message":"The request body could not be parsed as JSON (line: 1, column: 6)"}"#,
        ),
        (
            texts("a"),
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"to"}]}"#,
        ),
        (
            format!(r#"{{"to":"{alice}"}}"#),
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages"}]}"#,
        ),
        (
            format!(r#"{{"to":"{alice}","messages":7}}"#),
            r#"{"message":"The property, 'messages', in the request body is invalid (line: -, column: -)"}"#,
        ),
    ];
    for (sent, told) in cases {
        let answer = bot.send(PUSH, "", &sent).await;
        assert_eq!((answer.status, &*answer.body), (400, told), "{sent}");
        assert!(answer.header("x-line-request-id").is_some());
    }
    let twice = bot.to_alice("a").replacen('{', r#"{"to":"Uelse","#, 1);
    assert_eq!(bot.send(PUSH, "", &twice).await.status, 400);
    let plain = bot.send(PUSH, "Content-Type: text/plain\r\n", &bot.to_alice("a")).await;
    assert_eq!(
        (plain.status, body(&plain)["message"].as_str()),
        (400, Some("The content type, text/plain, is not supported"))
    );
    let large = bot.to_alice(&"x".repeat(2 * 1024 * 1024));
    let large = bot.send(PUSH, "", &large).await;
    assert_eq!(large.status, 413, "{large:?}");
    assert!(body(&large)["message"].is_string());
    assert_eq!(bot.asked(), 0);
    assert!(bot.home.outbox.list(Filter::default()).await.unwrap().is_empty());
    bot.stop().await;
}

#[tokio::test]
async fn what_is_unknown_reaches_line_as_it_was() {
    let bot = Bot::new().await;
    let sent = format!(
        r#"{{"messages":[{{"text":"h\u00e9","type":"text","new":[1.50]}}],"to":"{}","n":12345678901234567890}}"#,
        bot.home.alice
    );
    // As the Go SDK has it.
    let charset = "Content-Type: application/json; charset=UTF-8\r\n";
    let answer = bot.send(PUSH, charset, &sent).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let came = String::from_utf8(bot.requests()[0].body.to_vec()).unwrap();
    let expected = format!(
        r#"{{"to":"{}","messages":[{{"text":"h\u00e9","type":"text","new":[1.50]}}],"n":12345678901234567890}}"#,
        bot.home.alice
    );
    assert_eq!(came, expected);
    bot.stop().await;
}

#[tokio::test]
async fn a_month_that_is_used_up_refuses_as_line_does() {
    let bot = Bot::new().await;
    bot.home.sim.set_quota(1, 1);
    let words = r#"{"message":"You have reached your monthly limit."}"#;
    for text in ["first", "second"] {
        let refused = bot.push("", text).await;
        assert_eq!((refused.status, &*refused.body), (429, words), "{text}");
    }
    let open = Filter::default().state(State::Ready);
    assert!(bot.home.outbox.list(open).await.unwrap().is_empty());
    let said = bot.home.sim.user_says(&bot.home.alice, "hi");
    let reply = format!(r#"{{"replyToken":"{}",{}"#, said.reply_token, &texts("r")[1..]);
    let reply = bot.send("/v2/bot/message/reply", "", &reply).await;
    assert_eq!((reply.status, bot.delivered()), (200, 1), "{reply:?}");
    bot.stop().await;

    let bot = Bot::with("on_quota = \"park\"").await;
    bot.home.sim.set_quota(1, 1);
    let parked = bot.push("", "later").await;
    assert_eq!((parked.status, bot.delivered()), (202, 0), "{parked:?}");
    // Somebody buys more.
    bot.home.sim.set_quota(2, 1);
    bot.home.sim.advance(Duration::from_secs(60));
    bot.until_delivered(1).await;
    bot.stop().await;
}

#[tokio::test]
async fn a_refused_token_of_the_gateway_is_no_401_of_the_callers() {
    let home = Home::with("[line]\nwait_seconds = 3", Some("wrong")).await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let bot = Bot { home, key };
    let answer = bot.push("", "hello").await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(body(&answer)["delivery"]["waiting_for"], "unauthorized");
    let read = bot.call("GET /v2/bot/info", "", "").await;
    assert_eq!((read.status, read.header("x-hikyaku-error")), (502, Some("channel-unauthorized")));
    bot.stop().await;
}

#[tokio::test]
async fn a_reply_is_named_by_its_token() {
    let bot = Bot::new().await;
    let said = bot.home.sim.user_says(&bot.home.alice, "hi");
    let reply =
        |text: &str| format!(r#"{{"replyToken":"{}",{}"#, said.reply_token, &texts(text)[1..]);
    let path = "/v2/bot/message/reply";
    let keyed = bot.send(path, R, &reply("a")).await;
    assert_eq!(keyed.status, 400);
    let first = bot.send(path, "", &reply("a")).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert!(body(&first)["sentMessages"][0]["id"].is_string());
    let again = bot.send(path, "", &reply("a")).await;
    assert_eq!((again.status, again.header("x-hikyaku-answer")), (200, Some("stored")));
    assert_eq!(again.body, first.body);
    let other = bot.send(path, "", &reply("b")).await;
    assert_eq!((other.status, &*other.body), (400, r#"{"message":"Invalid reply token"}"#));
    // The gateway has asked who it was that spoke, too.
    let replies = bot.requests().into_iter().filter(|it| it.path == path);
    assert_eq!((replies.count(), bot.delivered()), (1, 1));
    let unknown = bot.send(path, "", &reply("a").replace(&said.reply_token, "nonesuch")).await;
    assert_eq!((unknown.status, &*unknown.body), (400, r#"{"message":"Invalid reply token"}"#));
    bot.stop().await;
}

#[tokio::test]
async fn a_narrowcast_is_followed_by_either_id() {
    let bot = Bot::with("wait_seconds = 1").await;
    let path = "/v2/bot/message/narrowcast";
    let progress = |id: &str| format!("GET /v2/bot/message/progress/narrowcast?requestId={id}");
    let accepted = bot.send(path, "", &texts("n")).await;
    assert_eq!((accepted.status, &*accepted.body), (202, "{}"), "{accepted:?}");
    let id = accepted.header("x-line-request-id").unwrap();
    let phase = body(&bot.call(&progress(id), "", "").await)["phase"].clone();
    assert!(phase.is_string());

    let down = FaultRule::drop_before().on("POST", path);
    bot.home.sim.fault(down).unwrap();
    let stored = bot.send(path, "", &texts("later")).await;
    assert_eq!(stored.status, 202);
    let id = stored.header("x-line-request-id").unwrap();
    let answer = bot.call(&progress(id), "", "").await;
    assert_eq!((answer.status, body(&answer)["phase"].as_str()), (200, Some("waiting")));
    assert_eq!(answer.header("x-hikyaku-answer"), Some("gateway"));
    bot.home.sim.clear_faults();
    // LINE's own words, once it has accepted it.
    while bot.call(&progress(id), "", "").await.header("x-hikyaku-answer") != Some("line") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let unknown = bot.call(&progress("123e4567-e89b-12d3-a456-426614174000"), "", "").await;
    assert_eq!(unknown.status, 404, "{unknown:?}");
    bot.home.stop().await;
}

#[tokio::test]
async fn what_is_no_send_is_passed_on() {
    let bot = Bot::new().await;
    let alice = bot.home.alice.as_str().to_owned();
    let profile = bot
        .call(
            &format!("GET /v2/bot/profile/{alice}"),
            "Cookie: a=b\r\nX-Foo: 1\r\nConnection: close, X-Foo\r\nX-Forwarded-For: 10.0.0.1\r\nX-Other: 2\r\n\
             Forwarded: for=1\r\nTE: trailers\r\nAccept-Language: ja\r\n",
            "",
        )
        .await;
    assert_eq!(profile.status, 200, "{profile:?}");
    assert_eq!(body(&profile)["displayName"], "Alice");
    assert_eq!(profile.header("x-hikyaku-answer"), Some("line"));
    assert!(profile.header("x-line-request-id").is_some());
    let headers = bot.requests()[0].headers.clone();
    for name in ["cookie", "x-foo", "x-forwarded-for", "forwarded", "te"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    assert_eq!(headers["x-other"], "2");
    assert_eq!(headers["accept-language"], "ja");

    let quota = bot.call("GET /v2/bot/message/quota/consumption", "", "").await;
    assert_eq!((quota.status, body(&quota)["totalUsage"].as_u64()), (200, Some(0)));
    let validated = bot.send("/v2/bot/message/validate/push", "", &texts("a")).await;
    assert_eq!((validated.status, &*validated.body), (200, "{}"));
    let missing = bot.call("GET /v2/bot/richmenu/richmenu-none", "", "").await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("x-hikyaku-answer"), Some("line"));
    // Nothing of it is in the outbox.
    assert!(bot.home.outbox.list(Filter::default()).await.unwrap().is_empty());
    bot.stop().await;
}

/// The smallest beginning of a PNG of a rich menu's size, and bytes that look like a head.
fn picture() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend_from_slice(&2500_u32.to_be_bytes());
    png.extend_from_slice(&843_u32.to_be_bytes());
    png.extend_from_slice(b"\x08\x02\0\0\0");
    png.extend(b"\r\ndate: x\r\ncontent-type: y\r\n\0\xff".repeat(10_000));
    png
}

#[tokio::test]
async fn files_go_both_ways_as_they_are() {
    let bot = Bot::new().await;
    let menu = r#"{"size":{"width":2500,"height":843},"selected":false,"name":"m","chatBarText":"c","areas":[]}"#;
    let menu = body(&bot.send("/v2/bot/richmenu", "", menu).await)["richMenuId"].clone();
    let path = format!("/v2/bot/richmenu/{}/content", menu.as_str().unwrap());
    let picture = &picture();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: image/png\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        bot.key.expose(),
        picture.len()
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(picture);
    let set = Answer::read(bot.home.raw(request).await);
    assert_eq!(set.status, 200, "{set:?}");

    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        bot.key.expose()
    );
    let mut stream = tokio::net::TcpStream::connect(bot.home.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
    assert!(answer[..end].starts_with(b"HTTP/1.1 200"));
    assert!(String::from_utf8_lossy(&answer[..end]).contains("content-type: image/png"));
    assert_eq!(&answer[end..], picture);
    bot.stop().await;
}

#[tokio::test]
async fn line_that_cannot_be_reached_is_told_and_nothing_is_repeated() {
    let bot = Bot::new().await;
    let rule = FaultRule::reset().on("POST", "/v2/bot/chat/loading/start");
    let down = bot.home.sim.fault(rule).unwrap();
    let loading = format!(r#"{{"chatId":"{}"}}"#, bot.home.alice);
    let answer = bot.send("/v2/bot/chat/loading/start", "", &loading).await;
    assert_eq!((answer.status, answer.header("x-hikyaku-error")), (502, Some("line-unreachable")));
    assert_eq!(bot.home.sim.fault_hits(&down), 1);
    // An answer that is cut is cut for the caller, too.
    let cut = FaultRule::truncate().on("GET", "/v2/bot/info");
    bot.home.sim.fault(cut).unwrap();
    let mut stream = tokio::net::TcpStream::connect(bot.home.address).await.unwrap();
    let head = format!(
        "GET /v2/bot/info HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        bot.key.expose()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let answer = Answer::read(answer);
    let length: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert!(answer.body.len() < length, "{answer:?}");
    bot.stop().await;
}

#[tokio::test]
async fn a_send_has_one_spelling_and_smuggling_none() {
    let bot = Bot::new().await;
    let sent = bot.to_alice("hello");
    for path in [
        "/v2/bot/message/push/",
        "/v2/bot/message/%70ush",
        "/v2/bot/message//push",
        "//v2/bot/message/push",
        "/v2/bot/x/../message/push",
        "/v2/bot/message/push;a",
        "/v2/bot/message/PUSH",
        "/v2/bot%2fmessage/push",
    ] {
        let answer = bot.send(path, "", &sent).await;
        assert_eq!(
            (answer.status, body(&answer)["message"].clone()),
            (404, json!("Not found")),
            "{path}"
        );
    }
    let key = bot.key.expose();
    let head = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    );
    let chunked = format!("{:x}\r\n{sent}\r\n0\r\n\r\n", sent.len());
    let length = sent.len();
    for lengths in [
        format!("Content-Length: {length}, {length}\r\n\r\n{sent}"),
        format!("Content-Length: {length}\r\nContent-Length: 3\r\n\r\n{sent}"),
        format!("Content-Length: +{length}\r\n\r\n{sent}"),
        format!("Content-Length: 0x{length:x}\r\n\r\n{sent}"),
        format!("Content-Length: {length} {length}\r\n\r\n{sent}"),
        format!("Content-Length : {length}\r\n\r\n{sent}"),
        format!("Transfer-Encoding: chunked, identity\r\n\r\n{chunked}"),
        format!("Transfer-Encoding: xchunked\r\n\r\n{chunked}"),
        format!("Transfer-Encoding : chunked\r\n\r\n{chunked}"),
        format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n{chunked}"),
    ] {
        // The server refuses each by itself, before a path is looked at, and reads nothing behind it.
        let answer = bot.home.raw(format!("{head}{lengths}GET /healthz HTTP/1.1\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{lengths}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{lengths}: {answer}");
    }
    assert_eq!(bot.asked(), 0);
    // The chunks count, and nothing after them is read.
    let both =
        format!("{head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}GET /");
    let answer = bot.home.raw(both).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    // The path counts, whatever host stands before it.
    let absolute = format!("POST http://api.line.me{PUSH}");
    assert_eq!(bot.call(&absolute, "", &sent).await.status, 200);
    assert_eq!(bot.call(&format!("OPTIONS {PUSH}"), "", "").await.status, 405);
    assert_eq!(bot.delivered(), 2);
    bot.home.stop().await;
}

#[tokio::test]
async fn who_has_no_key_gets_nowhere() {
    let bot = Bot::new().await;
    let told = r#"{"message":"Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid."}"#;
    let lines = bot.home.sim.channel_token();
    for token in ["hkg_nonesuch", "", lines.expose()] {
        for line in ["POST /v2/bot/message/push", "GET /v2/bot/info"] {
            let answer = bot.call_with(token, line, "", &bot.to_alice("a")).await;
            assert_eq!((answer.status, &*answer.body), (401, told), "{line}");
            assert!(answer.header("x-line-request-id").is_some());
        }
    }
    for header in ["", "Authorization: Basic aGtnOmE=\r\n"] {
        let request =
            format!("GET /v2/bot/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n");
        assert_eq!(Answer::read(bot.home.raw(request).await).status, 401);
    }
    assert_eq!(bot.asked(), 0);
    // The channel's own token acts as a key, where there is one of that name.
    bot.home.key(NewApiKey::new("dropped in", "default")).await;
    let line = format!("POST {PUSH}");
    let answer = bot.call_with(lines.expose(), &line, "", &bot.to_alice("a")).await;
    assert_eq!((answer.status, bot.delivered()), (200, 1));
    // A key that is revoked is no key.
    let id = bot.home.state.keys().await.unwrap()[0].id;
    assert!(bot.home.state.revoke_key(id).await.unwrap());
    assert!(!bot.home.state.revoke_key(id).await.unwrap());
    while bot.call("GET /v2/bot/info", "", "").await.status != 401 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Its name is free again.
    bot.home.key(NewApiKey::new("bot", "default")).await;
    bot.stop().await;
}

#[tokio::test]
async fn who_guesses_keys_is_slowed_down_and_others_are_not() {
    let bot = Bot::new().await;
    let guess = async || bot.call_with("hkg_guess", "GET /v2/bot/info", "", "").await.status;
    for _ in 0..30 {
        assert_eq!(guess().await, 401);
    }
    assert_eq!(guess().await, 429);
    assert_eq!(bot.call("GET /v2/bot/info", "", "").await.status, 200);
    bot.stop().await;
}

#[tokio::test]
async fn a_key_does_what_its_rights_say() {
    let bot = Bot::new().await;
    let group = bot.home.group.clone();
    let rights =
        Rights::read(Some("push,multicast"), Some(bot.home.alice.as_str()), Some("read")).unwrap();
    let b = bot.home.key(NewApiKey::new("b", "default").rights(rights)).await;
    let call = async |line: &str, body: &str| bot.call_with(b.expose(), line, "", body).await;
    let push = format!("POST {PUSH}");
    assert_eq!(call(&push, &bot.to_alice("a")).await.status, 200);
    let to_group = bot.to_alice("a").replace(bot.home.alice.as_str(), &group);
    let both = format!(r#"{{"to":["{}","{group}x"],{}"#, bot.home.alice, &texts("m")[1..]);
    for (line, body) in [
        (push.as_str(), to_group.as_str()),
        ("POST /v2/bot/message/multicast", &both),
        ("POST /v2/bot/message/broadcast", &texts("a")),
        ("POST /v2/bot/richmenu", "{}"),
        ("PUT /v2/bot/channel/webhook/endpoint", "{}"),
        ("POST /v2/bot/new", "{}"),
        ("POST /v2/oauth/accessToken", ""),
        ("GET /v2/profile", ""),
    ] {
        let answer = call(line, body).await;
        assert_eq!(
            (answer.status, answer.header("x-hikyaku-error")),
            (403, Some("forbidden")),
            "{line} {answer:?}"
        );
        assert_eq!(
            self::body(&answer)["message"],
            "Access to this API is not available for your account"
        );
    }
    assert_eq!(call("GET /v2/bot/info", "").await.status, 200);
    assert_eq!((bot.asked(), bot.delivered()), (2, 1));
    // What this version does not know is for keys that may do it.
    let answer = bot.send("/v2/bot/message/shout", "", "{}").await;
    assert_eq!((answer.status, bot.asked()), (403, 2));
    bot.stop().await;
}

#[tokio::test]
async fn what_a_person_holds_is_told_at_once() {
    let bot = Bot::with("wait_seconds = 8").await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let answer = bot.push(R, "hello").await;
    assert_eq!(
        (answer.status, body(&answer)["delivery"]["waiting_for"].clone()),
        (202, json!("hold"))
    );
    assert_eq!(bot.asked(), 0);
    bot.home.outbox.release(hold.id).await.unwrap();
    bot.until_delivered(1).await;
    bot.stop().await;
}

#[tokio::test]
async fn a_phone_push_is_made_at_most_once() {
    let bot = Bot::new().await;
    let sent = texts("hello").replacen('{', &format!(r#"{{"to":"{}","#, "0".repeat(64)), 1);
    let unknown = bot.send("/bot/pnp/push", "X-Line-Delivery-Tag:\r\n", &sent).await;
    assert_eq!(
        (unknown.status, unknown.header("x-hikyaku-answer")),
        (422, Some("line")),
        "{unknown:?}"
    );
    let lost = bot.home.sim.fault(FaultRule::answer(500).on("POST", "/bot/pnp/push")).unwrap();
    let doubt = bot.send("/bot/pnp/push", "", &sent).await;
    assert_eq!((doubt.status, bot.home.sim.fault_hits(&lost)), (500, 1), "{doubt:?}");
    bot.stop().await;
}

#[tokio::test]
async fn both_apis_have_their_own_names_of_headers_on_one_connection() {
    let bot = Bot::new().await;
    let (key, token) = (bot.key.expose(), bot.home.t1.expose());
    let request = format!(
        "GET /api/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n\
         GET /v2/bot/info HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    let reversed = format!(
        "GET /v2/bot/info HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n\
         GET /api/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    for request in [request, reversed] {
        let answers = bot.home.raw(request).await;
        assert!(answers.contains("X-RateLimit-Remaining: "), "{answers}");
        assert!(
            answers.contains("x-line-request-id: ") && answers.contains("content-type: "),
            "{answers}"
        );
    }
    bot.stop().await;
}
