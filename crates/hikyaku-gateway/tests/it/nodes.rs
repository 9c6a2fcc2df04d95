//! Two gateways on one PostgreSQL, and a LINE that is down for long.

use std::time::Duration;

use hikyaku_gateway::{Gateway, NewApiKey};
use hikyaku_sender::{Clock, Outbox};
use hikyaku_sim::FaultRule;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    cluster::Cluster,
    home::{Answer, Home, OK, Settings, config},
};

const PUSH: &str = "/v2/bot/message/push";

/// A second node on the same database.
struct Second {
    address: std::net::SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Second {
    /// On a runtime of its own, so that it can end as a killed program does: between any two steps.
    async fn start(store: &str, home: &Home, notify: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let clock = Clock::from_fn(home.sim.clock());
        let config = config(store, &home.sim, home.sim.channel_token().expose(), notify);
        let store = store.to_owned();
        let opened = runtime.spawn(async move {
            let outbox = Outbox::builder(&store).clock(clock).open().await.unwrap();
            let gateway = Gateway::over(outbox, config).await.unwrap();
            let address = gateway.addresses()["all"];
            tokio::spawn(gateway.run(std::future::pending()));
            address
        });
        let address = opened.await.unwrap();
        Self { address, runtime: Some(runtime) }
    }

    async fn call(&self, token: &str, line: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        Answer::read(answer)
    }

    fn kill(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// What both nodes have taken arrives once, though one of them is killed with its hands full.
#[tokio::test]
async fn what_two_nodes_have_taken_arrives_once_though_one_is_killed() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let notify = "delivery = \"queued\"\ncoalesce_ms = 200";
    let settings = Settings { notify, store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let mut second = Second::start(&store, &home, notify).await;
    // LINE loses every third answer, and is slow.
    home.sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).every(3).times(6)).unwrap();
    let mut taken = Vec::new();
    for number in 0..30 {
        let form = format!("message={number}");
        let answer = if number % 2 == 0 {
            home.notify(&home.t1, &form).await
        } else {
            second.call(home.t1.expose(), "POST /api/notify", FORM, &form).await
        };
        assert_eq!(answer.body, OK, "{answer:?}");
        taken.push(format!("[cron] {number}"));
    }
    second.kill();
    // The leases of a killed node end, or its connection is found to be gone.
    home.sim.advance(Duration::from_secs(61));
    let texts = |home: &Home| {
        let delivered = home.sim.outbox();
        let texts = delivered.iter().flat_map(|it| {
            let it: Value = serde_json::to_value(it).unwrap();
            let messages = it["messages"].as_array().unwrap().clone();
            messages.into_iter().map(|it| it["text"].as_str().unwrap().to_owned())
        });
        texts.collect::<Vec<String>>()
    };
    let mut arrived = texts(&home);
    while arrived.len() < taken.len() {
        home.sim.wait_for(home.sim.delivered() + 1).await.unwrap();
        arrived = texts(&home);
    }
    arrived.sort();
    taken.sort();
    assert_eq!(arrived, taken);
    home.stop().await;
}

/// A token's hour, its revocation, and a key's names are the same at both.
#[tokio::test]
async fn two_nodes_count_one_hour_and_know_one_name() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let settings = Settings { store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let second = Second::start(&store, &home, "").await;
    let token = home.t1.expose();
    let left = |answer: &Answer| answer.header("X-RateLimit-Remaining").unwrap().to_owned();
    let one = home.call("GET /api/status", &home.t1, "", "").await;
    let other = second.call(token, "GET /api/status", "", "").await;
    assert_eq!((left(&one).as_str(), left(&other).as_str()), ("999", "998"));
    assert_eq!(one.header("X-RateLimit-Reset"), other.header("X-RateLimit-Reset"));

    let key = home.key(NewApiKey::new("bot", "default")).await;
    let json = "Content-Type: application/json\r\nX-Line-Retry-Key: 123e4567-e89b-12d3-a456-426614174000\r\n";
    let push = json!({ "to": home.alice, "messages": [{ "type": "text", "text": "hi" }] });
    let push = push.to_string();
    let first = second.call(key.expose(), &format!("POST {PUSH}"), json, &push).await;
    assert_eq!(first.status, 200, "{first:?}");
    let again = Answer::read(
        home.raw(format!(
            "POST {PUSH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{json}Content-Length: {}\r\n\r\n{push}",
            key.expose(),
            push.len()
        ))
        .await,
    );
    assert_eq!(again.status, 409, "{again:?}");
    assert_eq!(home.call("POST /api/revoke", &home.t1, "", "").await.body, OK);
    assert_eq!(second.call(token, "GET /api/status", "", "").await.status, 401);
    home.stop().await;
}

/// LINE is down for an hour: all that was taken meanwhile goes out afterwards, nothing twice, and in order.
#[tokio::test]
async fn an_hour_without_line_loses_nothing_and_keeps_the_order() {
    let home = Home::with("delivery = \"queued\"", None).await;
    // Nothing of it answers: connections end before a byte comes back.
    home.sim.fault(FaultRule::drop_before().on("POST", PUSH)).unwrap();
    let mut taken = Vec::new();
    for minute in 0..6 {
        for number in 0..2 {
            let text = format!("{minute}-{number}");
            assert_eq!(home.notify(&home.t1, &format!("message={text}")).await.body, OK);
            taken.push(format!("[cron] {text}"));
        }
        home.sim.advance(Duration::from_secs(10 * 60));
    }
    home.sim.clear_faults();
    home.sim.advance(Duration::from_secs(60));
    home.sim.wait_for(12).await.unwrap();
    let delivered: Vec<String> = home
        .sim
        .outbox()
        .iter()
        .map(|it| {
            let it: Value = serde_json::to_value(it).unwrap();
            it["messages"][0]["text"].as_str().unwrap().to_owned()
        })
        .collect();
    let mut sorted = delivered.clone();
    sorted.sort();
    assert_eq!(sorted, taken, "nothing is lost or twice");
    // What LINE has failed for a minute is overtaken, as the sender promises. What was tried once LINE was back keeps its order.
    let tried = home.pushed_texts().concat();
    let once = |text: &&String| tried.iter().filter(|it| it == text).count() == 1;
    let (left, came): (Vec<_>, Vec<_>) =
        (delivered.iter().filter(once).collect(), taken.iter().filter(once).collect());
    assert_eq!(left, came);
    assert!(left.len() > taken.len() / 2, "{delivered:?}");
    home.stop().await;
}
