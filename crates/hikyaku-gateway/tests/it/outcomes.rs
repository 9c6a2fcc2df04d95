//! Outcomes that the gateway posts, and the bounds of a channel and of a key.

use std::{fmt::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hikyaku_gateway::{DeclaredKey, NewApiKey, OutcomeSettings};
use hikyaku_sender::NewHold;
use hikyaku_sim::FaultRule;
use ring::hmac;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use crate::{
    home::{Answer, Home},
    line::{Bot, PUSH, R, body},
};

const LATER: &str = "Prefer: respond-async\r\n";
const SECRET: [u8; 24] = [7; 24];

/// A server that gets outcomes.
struct Receiver {
    settings: OutcomeSettings,
    posts: mpsc::UnboundedReceiver<Post>,
}

/// An outcome as it came.
#[derive(Debug, PartialEq)]
struct Post {
    id: String,
    body: Value,
}

impl Receiver {
    /// It answers the first with a 500, so that it comes again.
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/outcomes", listener.local_addr().unwrap());
        let secret = Some(format!("whsec_{}", STANDARD.encode(SECRET)));
        let settings = OutcomeSettings { url, secret, secret_file: None };
        let (post, posts) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut status = "500 Internal Server Error";
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let read = loop {
                    let mut some = [0; 4096];
                    let count = stream.read(&mut some).await.unwrap();
                    request.extend(&some[..count]);
                    if let Some(read) = read(&request) {
                        break read;
                    }
                };
                let answer =
                    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                status = "200 OK";
                if post.send(read).is_err() {
                    return;
                }
            }
        });
        Self { settings, posts }
    }

    async fn next_of_a_delivery(&mut self) -> Post {
        loop {
            let post = self.posts.recv().await.unwrap();
            if post.body["type"].as_str().unwrap().starts_with("delivery.") {
                return post;
            }
        }
    }
}

/// A whole request whose signature is right.
fn read(request: &[u8]) -> Option<Post> {
    let text = std::str::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name))?;
        Some(line.split_once(": ")?.1.to_owned())
    };
    if body.len() < header("content-length").unwrap().parse().unwrap() {
        return None;
    }
    let (id, at) = (header("webhook-id").unwrap(), header("webhook-timestamp").unwrap());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
    let signature = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    assert_eq!(header("webhook-signature").unwrap(), format!("v1,{signature}"));
    Some(Post { id, body: serde_json::from_str(body).unwrap() })
}

/// A key with a file, which a test declares.
fn declared(name: &str, key: &str, outcomes: OutcomeSettings) -> DeclaredKey {
    let hash = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
    let digits = hash.as_ref().iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    });
    let text = format!("name = \"{name}\"\nhash = \"sha256:{digits}\"");
    let mut declared: DeclaredKey = toml::from_str(&text).unwrap();
    declared.outcomes = Some(outcomes);
    declared
}

fn id(answer: &Answer) -> Value {
    assert_eq!(answer.status, 202, "{answer:?}");
    body(answer)["delivery"]["id"].clone()
}

#[tokio::test]
async fn a_refusal_after_a_202_is_posted_signed_with_the_id_of_the_202_until_it_is_taken() {
    let (mut all, mut own) = (Receiver::start().await, Receiver::start().await);
    let key = format!("hkg_{}", "k".repeat(43));
    let (of_all, of_own) = (all.settings.clone(), own.settings.clone());
    let home = Home::configured(|config| {
        config.outcomes = Some(of_all);
        config.key.push(declared("own", &key, of_own));
    })
    .await;
    let bot = Bot { key: home.key(NewApiKey::new("bot", "default")).await, home };
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let first = id(&bot.push(LATER, "of all").await);
    let line = format!("POST {PUSH}");
    let second = id(&bot.call_with(&key, &line, LATER, &bot.to_alice("of its own")).await);
    let refused = FaultRule::answer(400).body(json!({ "message": "no" })).on("POST", PUSH);
    bot.home.sim.fault(refused.times(2)).unwrap();
    bot.home.outbox.release(hold.id).await.unwrap();
    for (receiver, delivery, key) in [(&mut all, first, "bot"), (&mut own, second, "own")] {
        let mut post = receiver.next_of_a_delivery().await;
        if key == "own" {
            assert_eq!(post, receiver.next_of_a_delivery().await, "its 500 is asked again");
        }
        assert_eq!(post.body["type"], "delivery.rejected");
        let data = post.body["data"].take();
        assert_eq!((&data["id"], &data["reference"]), (&delivery, &json!({ "key": key })));
        assert_eq!((&data["error"]["status"], &data["state"]), (&json!(400), &json!("rejected")));
    }
    bot.home.stop().await;
}

#[tokio::test]
async fn a_channel_has_rate_limits_of_its_own() {
    let home = Home::configured(|config| {
        let channel = config.channel.get_mut("default").unwrap();
        channel.limit.insert("push".to_owned(), "1/m".to_owned());
    })
    .await;
    let bot = Bot { key: home.key(NewApiKey::new("bot", "default")).await, home };
    assert_eq!(bot.push("", "first").await.status, 200);
    let second = bot.push("Prefer: wait=1\r\n", "second").await;
    assert_eq!((second.status, &body(&second)["delivery"]["waiting_for"]), (202, &json!("rate")));
    let users =
        format!(r#"{{"to":["{}"],"messages":[{{"type":"text","text":"x"}}]}}"#, bot.home.alice);
    assert_eq!(bot.send("/v2/bot/message/multicast", "", &users).await.status, 200);
    bot.home.sim.advance(Duration::from_secs(120));
    bot.until_delivered(3).await;
    bot.home.stop().await;
}

#[tokio::test]
async fn a_key_whose_sends_wait_takes_no_more_than_its_backlog() {
    let home = Home::new().await;
    let key = home.key(NewApiKey::new("bot", "default").backlog(2)).await;
    let bot = Bot { home, key };
    let other = bot.home.key(NewApiKey::new("other", "default")).await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let named = format!("{LATER}{R}");
    let first = id(&bot.push(&named, "first").await);
    assert_eq!(bot.push(LATER, "second").await.status, 202);
    let refused = bot.push(LATER, "third").await;
    assert_eq!((refused.status, refused.header("x-hikyaku-error")), (429, Some("backlog")));
    assert_eq!(id(&bot.push(&named, "first").await), first, "it waits already");
    let line = format!("POST {PUSH}");
    let of_other = bot.call_with(other.expose(), &line, LATER, &bot.to_alice("other")).await;
    assert_eq!(of_other.status, 202, "{of_other:?}");
    bot.home.outbox.release(hold.id).await.unwrap();
    bot.until_delivered(3).await;
    while bot.push("", "there is room").await.status == 429 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bot.delivered(), 4);
    bot.home.stop().await;
}
