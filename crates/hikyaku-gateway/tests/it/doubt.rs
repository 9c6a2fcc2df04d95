//! LINE that is down, slow, full or not LINE at all, and a gateway that stops or has no store, at LINE's own API.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hikyaku_gateway::NewApiKey;
use hikyaku_sender::{Filter, NewHold, OutcomeKind, State, Transaction, Work};
use hikyaku_sim::FaultRule;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    cluster::Cluster,
    home::{Answer, Home, Settings},
    line::{Bot, PUSH, R, body, texts},
};

const REPLY: &str = "/v2/bot/message/reply";
const NARROWCAST: &str = "/v2/bot/message/narrowcast";

impl Bot {
    /// Lets time pass until so many messages have arrived.
    async fn until_delivered_later(&self, messages: u64) {
        while self.delivered() < messages {
            self.home.sim.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A reply to what Alice has just said.
    fn reply(&self, text: &str) -> String {
        let said = self.home.sim.user_says(&self.home.alice, "hi");
        format!(r#"{{"replyToken":"{}",{}"#, said.reply_token, &texts(text)[1..])
    }

    async fn outcomes(&self) -> Vec<OutcomeKind> {
        self.home.outbox.outcomes(0).await.unwrap().iter().map(|it| it.kind).collect()
    }
}

/// What stands between the gateway and LINE, and answers in its place as long as it has something to say.
struct Portal {
    address: SocketAddr,
    says: Arc<Mutex<Option<&'static str>>>,
    running: JoinHandle<()>,
}

impl Portal {
    fn before(line: &str, says: &'static str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let address = listener.local_addr().unwrap();
        let line = line.strip_prefix("http://").unwrap().to_owned();
        let says = Arc::new(Mutex::new(Some(says)));
        let said = says.clone();
        let running = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let says = *said.lock().unwrap_or_else(PoisonError::into_inner);
                let line = line.clone();
                tokio::spawn(async move {
                    let Some(says) = says else {
                        let mut line = TcpStream::connect(line).await.unwrap();
                        let _ = copy_bidirectional(&mut stream, &mut line).await;
                        return;
                    };
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ = stream.write_all(says.as_bytes()).await;
                });
            }
        });
        Self { address, says, running }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.running.abort();
    }
}

#[tokio::test]
async fn a_portals_answer_is_none_of_lines() {
    for says in [
        "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
    ] {
        let mut portal = None;
        let home = Home::changed(|config, sim| {
            let portal = portal.insert(Portal::before(&sim.api_url(), says));
            let channel = config.channel.get_mut("default").unwrap();
            channel.api_url = Some(format!("http://{}", portal.address));
        })
        .await;
        let key = home.key(NewApiKey::new("bot", "default")).await;
        let bot = Bot { home, key };
        let answer = bot.push("Prefer: wait=1\r\n", "hello").await;
        assert_eq!(answer.status, 202, "{says} {answer:?}");
        *portal.as_ref().unwrap().says.lock().unwrap() = None;
        bot.until_delivered_later(1).await;
        bot.stop().await;
    }
}

#[tokio::test]
async fn a_rate_that_is_exceeded_is_waited_for() {
    let bot = Bot::new().await;
    let words = json!({ "message": "The API rate limit has been exceeded. Try again later." });
    bot.home.sim.fault(FaultRule::answer(429).on("POST", PUSH).times(1).body(words)).unwrap();
    let answer = bot.push("Prefer: wait=1\r\n", "hello").await;
    assert!(matches!(answer.status, 200 | 202), "{answer:?}");
    bot.until_delivered_later(1).await;
    bot.stop().await;
}

#[tokio::test]
async fn a_retry_key_is_known_for_longer_than_line_knows_it() {
    let bot = Bot::new().await;
    let first = bot.push(R, "hello").await;
    bot.home.sim.advance(Duration::from_secs(25 * 60 * 60));
    let again = bot.push(R, "hello").await;
    assert_eq!(again.status, 409, "{again:?}");
    assert_eq!(again.header("x-line-accepted-request-id"), first.header("x-line-request-id"));
    assert_eq!((bot.asked(), bot.delivered()), (1, 1));
    bot.stop().await;
}

#[tokio::test]
async fn a_caller_waits_as_long_as_it_prefers() {
    let bot = Bot::with("wait_seconds = 8").await;
    bot.home.sim.fault(FaultRule::drop_before().on("POST", PUSH)).unwrap();
    let began = Instant::now();
    let answer = bot.push("Prefer: wait=1\r\n", "hello").await;
    assert_eq!((answer.status, answer.header("preference-applied")), (202, Some("wait=1")));
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(7), "{took:?}");
    bot.stop().await;
}

/// LINE accepts a reply, and its answer is lost: the repeat is refused, so that nobody can tell.
#[tokio::test]
async fn a_reply_in_doubt_arrives_once_and_is_told_as_unknown() {
    let bot = Bot::with("wait_seconds = 8").await;
    bot.home.sim.fault(FaultRule::drop_after_accept().on("POST", REPLY).times(1)).unwrap();
    let sent = bot.reply("lost");
    let doubt = bot.send(REPLY, "", &sent).await;
    assert!(matches!(doubt.status, 200 | 504), "{doubt:?}");
    if doubt.status == 504 {
        assert_eq!(doubt.header("x-hikyaku-error"), Some("unknown-outcome"));
    }
    assert_eq!(bot.delivered(), 1);
    // LINE has failed before it accepted, so that the repeat is taken.
    bot.home.sim.fault(FaultRule::answer(500).on("POST", REPLY).times(1)).unwrap();
    let sent = bot.reply("again");
    let answer = bot.send(REPLY, "", &sent).await;
    assert_eq!((answer.status, bot.delivered()), (200, 2), "{answer:?}");
    bot.home.stop().await;
}

#[tokio::test]
async fn a_reply_waits_for_line_no_longer_than_its_minute() {
    let bot = Bot::new().await;
    let down = || bot.home.sim.fault(FaultRule::drop_before().on("POST", REPLY)).unwrap();
    down();
    let sent = bot.reply("in time");
    let stored = bot.send(REPLY, "Prefer: wait=1\r\n", &sent).await;
    assert_eq!(stored.status, 202, "{stored:?}");
    bot.home.sim.clear_faults();
    bot.until_delivered(1).await;
    down();
    let sent = bot.reply("too late");
    let stored = bot.send(REPLY, "Prefer: wait=1\r\n", &sent).await;
    assert_eq!(stored.status, 202, "{stored:?}");
    bot.home.sim.advance(Duration::from_secs(61));
    bot.home.sim.clear_faults();
    while !bot.outcomes().await.iter().any(|it| *it != OutcomeKind::Accepted) {
        bot.home.sim.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(bot.delivered(), 1);
    let delivery = stored.header("x-hikyaku-delivery").unwrap();
    let story = body(&bot.call(&format!("GET /_hikyaku/v1/deliveries/{delivery}"), "", "").await);
    // Nothing had left the machine, or nobody can tell.
    let states = [json!("cancelled"), json!("unknown"), json!("expired")];
    assert!(states.contains(&story["state"]), "{story}");
    bot.stop().await;
}

/// It was taken while LINE took no more, and LINE refuses it later: the operator hears of it, and so does who asks.
#[tokio::test]
async fn a_late_refusal_is_a_dead_letter_an_outcome_and_a_story() {
    let bot = Bot::new().await;
    let progress = |id: &str| format!("GET /v2/bot/message/progress/narrowcast?requestId={id}");
    for path in [PUSH, NARROWCAST] {
        let before = bot.outcomes().await.len();
        let words = json!({ "message": "The API rate limit has been exceeded. Try again later." });
        bot.home.sim.fault(FaultRule::answer(429).on("POST", path).body(words)).unwrap();
        let sent = if path == PUSH { bot.to_alice("hello") } else { texts("hello") };
        let stored = bot.send(path, "Prefer: wait=1\r\n", &sent).await;
        assert_eq!(stored.status, 202, "{stored:?}");
        bot.home.sim.clear_faults();
        let words = json!({ "message": "No, never" });
        bot.home.sim.fault(FaultRule::answer(400).on("POST", path).body(words)).unwrap();
        while bot.outcomes().await.len() == before {
            bot.home.sim.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(bot.outcomes().await.last(), Some(&OutcomeKind::Rejected));
        let id = stored.header("x-hikyaku-delivery").unwrap();
        let story = body(&bot.call(&format!("GET /_hikyaku/v1/deliveries/{id}"), "", "").await);
        assert_eq!((&story["state"], &story["error"]["status"]), (&json!("rejected"), &json!(400)));
        assert!(story["error"]["message"].as_str().unwrap().contains("No, never"), "{story}");
        if path == NARROWCAST {
            let told = body(&bot.call(&progress(id), "", "").await);
            assert_eq!((&told["phase"], &told["errorCode"]), (&json!("failed"), &json!(1)));
        }
    }
    let rejected = Filter::default().state(State::Rejected);
    assert_eq!(bot.home.outbox.list(rejected).await.unwrap().len(), 2);
    bot.stop().await;
}

/// One key has much to send when another comes with one: it has its turn at once.
#[tokio::test]
async fn a_key_that_has_one_send_does_not_wait_for_one_that_has_many() {
    let bot = Bot::new().await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    for number in 0..30 {
        assert_eq!(bot.push("Prefer: respond-async\r\n", &format!("{number}")).await.status, 202);
    }
    let other = bot.home.key(NewApiKey::new("other", "default")).await;
    let line = format!("POST {PUSH}");
    let prefer = "Prefer: respond-async\r\n";
    let sent = bot.to_alice("mine");
    assert_eq!(bot.call_with(other.expose(), &line, prefer, &sent).await.status, 202);
    bot.home.outbox.release(hold.id).await.unwrap();
    bot.until_delivered(31).await;
    let mine = bot.requests().iter().position(|it| it.body.windows(4).any(|it| it == b"mine"));
    assert!(mine.unwrap() < 20, "{mine:?}");
    bot.home.stop().await;
}

/// Who waits when the gateway is told to stop gets an answer, and it stops soon.
#[tokio::test]
async fn a_gateway_that_stops_answers_those_who_wait() {
    let bot = Bot::new().await;
    let slow = FaultRule::delay(Duration::from_millis(500)).on("POST", PUSH);
    bot.home.sim.fault(slow).unwrap();
    let sent = bot.to_alice("hello");
    let request = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{sent}",
        bot.key.expose(),
        sent.len()
    );
    let mut waiting = TcpStream::connect(bot.home.address).await.unwrap();
    waiting.write_all(request.as_bytes()).await.unwrap();
    while bot.home.outbox.list(Filter::default()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (address, sim) = (bot.home.address, bot.home.sim.clone());
    let began = Instant::now();
    bot.stop().await;
    assert!(began.elapsed() < Duration::from_secs(10));
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();
    let answer = Answer::read(answer);
    assert!(matches!(answer.status, 200 | 202), "{answer:?}");
    assert_eq!(sim.delivered(), 1);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn without_its_store_nothing_is_taken_and_nothing_reaches_line() {
    let Some(cluster) = Cluster::own() else { return };
    let settings = Settings { store: Some(cluster.database()), ..Settings::default() };
    let home = Home::start(settings).await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let bot = Bot { home, key };
    // The key is known for some seconds.
    assert!(matches!(bot.push("", "before").await.status, 200 | 202));
    bot.until_delivered(1).await;
    cluster.kill();
    let refused = bot.push("", "meanwhile").await;
    assert_eq!((refused.status, refused.header("x-hikyaku-error")), (503, Some("store")));
    assert!(body(&refused)["message"].is_string());
    assert_eq!(bot.home.request("GET /readyz", "", "").await.status, 503);
    assert_eq!(bot.home.request("GET /healthz", "", "").await.status, 200);
    assert_eq!(bot.delivered(), 1);
}

/// Who abandons a download ends it at LINE, too.
#[tokio::test]
async fn a_download_that_is_abandoned_ends_upstream() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let data_url = format!("http://{}", listener.local_addr().unwrap());
    let endless = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 99999999999\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut written, some) = (0_u64, vec![7; 65_536]);
        while stream.write_all(&some).await.is_ok() {
            written += 65_536;
        }
        written
    });
    let home = Home::configured(|config| {
        config.channel.get_mut("default").unwrap().data_url = Some(data_url);
    })
    .await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let mut stream = TcpStream::connect(home.address).await.unwrap();
    let request = format!(
        "GET /v2/bot/message/1/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        key.expose()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut some = vec![0; 1 << 20];
    stream.read_exact(&mut some).await.unwrap();
    assert!(some.starts_with(b"HTTP/1.1 200"));
    drop(stream);
    let written = tokio::time::timeout(Duration::from_secs(60), endless).await.unwrap().unwrap();
    // What lies in the buffers of four sockets, and no more.
    assert!(written < 64 << 20, "{written}");
    home.stop().await;
}

/// Keeps the store from committing anything until it is told to go on.
struct Blocks(Mutex<std::sync::mpsc::Receiver<()>>);

impl Work for Blocks {
    type Out = ();

    async fn run(&self, _: &mut Transaction<'_>) -> Result<(), hikyaku_sender::Error> {
        // The other end is dropped.
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

#[tokio::test]
async fn lines_acceptance_is_told_while_the_store_cannot_record_it() {
    let bot = Bot::new().await;
    let slow = FaultRule::delay(Duration::from_millis(300)).on("POST", PUSH).times(1);
    bot.home.sim.fault(slow).unwrap();
    let (go_on, blocked) = std::sync::mpsc::channel();
    let block = async {
        // A claim would wait for the store, too.
        let is_claimed = async || {
            let all = bot.home.outbox.list(Filter::default()).await.unwrap();
            all.first().is_some_and(|it| it.state != State::Ready)
        };
        while !is_claimed().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bot.home.outbox.transact(Blocks(Mutex::new(blocked))).await.unwrap();
    };
    let tell = async {
        let answer = bot.push(R, "hello").await;
        drop(go_on);
        answer
    };
    let (answer, ()) = tokio::join!(tell, block);
    let sent = bot.home.sim.outbox()[0].message_ids[0].clone();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(body(&answer)["sentMessages"][0]["id"], sent.as_str());
    let again = bot.push(R, "hello").await;
    assert_eq!((again.status, again.header("x-hikyaku-answer")), (409, Some("stored")));
    assert_eq!(bot.asked(), 1);
    bot.stop().await;
}
