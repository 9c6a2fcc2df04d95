//! Two gateways on one PostgreSQL, each a program of its own, and a LINE that is down for long.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use hikyaku_gateway::{AccessToken, ApiKey, Config, Gateway, NewApiKey};
use hikyaku_sender::{Error, Outbox, Transaction, Work};
use hikyaku_sim::FaultRule;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{oneshot, watch},
    task::JoinHandle,
};

use crate::{
    cluster::{Cluster, LONGEST, url_of},
    home::{Answer, Home, OK, Settings, config_file},
};

const PUSH: &str = "/v2/bot/message/push";

/// A second node on the same database: this test program, started again.
pub(crate) struct Second {
    child: Child,
    /// Open as long as the program is to run.
    _stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Second {
    #[expect(clippy::zombie_processes, reason = "one that does not start fails the test")]
    pub(crate) fn start(store: &str, home: &Home, notify: &str) -> Self {
        let config = config_file(store, &home.sim, home.sim.channel_token().expose(), notify);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["nodes::second", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("SECOND_CONFIG", config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        loop {
            line.clear();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "the second gateway did not start");
            if let Some(address) = line.trim_end().strip_prefix("listens at ") {
                return Self { child, address: address.parse().unwrap(), _stdout: stdout };
            }
        }
    }

    pub(crate) async fn call(&self, token: &str, line: &str, headers: &str, body: &str) -> Answer {
        call(self.address, token, line, headers, body).await.unwrap()
    }

    /// Ends it between any two of its steps.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A test that fails leaves none behind.
impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The second node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "other tests start it in a program of its own"]
async fn second() {
    let Ok(config) = std::env::var("SECOND_CONFIG") else { return };
    let gateway = Gateway::open(Config::parse(&config).unwrap()).await.unwrap();
    {
        let mut out = std::io::stdout().lock();
        // The test runner has begun a line of its own.
        writeln!(out, "\nlistens at {}", gateway.addresses()["all"]).unwrap();
        out.flush().unwrap();
    }
    gateway.run(std::future::pending()).await.unwrap();
}

/// Holds something in the database until it is told to let go, so that others are at the same place by then.
pub(crate) struct Held {
    letting_go: oneshot::Sender<()>,
    holding: JoinHandle<()>,
    database: String,
}

impl Held {
    /// Runs these statements in a transaction that stays open.
    pub(crate) async fn hold(store: &str, statements: &'static [&'static str]) -> Self {
        let outbox = Outbox::open(store).await.unwrap();
        let (letting_go, let_go) = oneshot::channel();
        let (held, is_held) = oneshot::channel();
        let work = Holding { statements, told: Mutex::new(Some((held, let_go))) };
        let holding = tokio::spawn(async move { outbox.transact(work).await.unwrap() });
        is_held.await.unwrap();
        let database = store.split(['/', '?']).nth(3).unwrap().to_owned();
        Self { letting_go, holding, database }
    }

    /// Lets go once so many transactions wait for a lock.
    pub(crate) async fn let_go_before(self, cluster: &Cluster, waiting: u32) {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'",
            self.database
        );
        let began = Instant::now();
        while cluster.sql("postgres", &sql) != waiting.to_string() {
            assert!(began.elapsed() < LONGEST, "nobody waits");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(self.letting_go);
        self.holding.await.unwrap();
    }
}

struct Holding {
    statements: &'static [&'static str],
    told: Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>,
}

impl Work for Holding {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        for sql in self.statements {
            tx.query(sql, &[]).await?;
        }
        let told = self.told.lock().unwrap().take();
        let (held, let_go) = told.expect("it runs once");
        held.send(()).unwrap();
        // An error: it is dropped.
        let _ = let_go.await;
        Ok(())
    }
}

/// The answer of a node; nothing where there is none, or not the whole of it.
async fn call(
    address: SocketAddr,
    token: &str,
    line: &str,
    headers: &str,
    body: &str,
) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.contains("\r\n\r\n").then(|| Answer::read(answer))
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A script and a bot that have something to say, and repeat it under its name until a node has taken it: at the first of
/// these addresses as long as somebody is there.
struct Caller {
    nodes: Vec<SocketAddr>,
    token: AccessToken,
    key: ApiKey,
    alice: String,
    taken: watch::Sender<usize>,
}

impl Caller {
    async fn tell(&self, numbers: impl Iterator<Item = usize>) {
        for number in numbers {
            self.until_taken(async |node| self.notify(node, number).await).await;
            self.until_taken(async |node| self.push(node, number).await).await;
            self.taken.send_modify(|taken| *taken += 1);
        }
    }

    async fn until_taken(&self, tell: impl AsyncFn(SocketAddr) -> Option<bool>) {
        let began = Instant::now();
        loop {
            for node in &self.nodes {
                match tell(*node).await {
                    Some(true) => return,
                    Some(false) => tokio::time::sleep(Duration::from_millis(20)).await,
                    None => {}
                }
            }
            assert!(began.elapsed() < LONGEST, "no node takes it");
        }
    }

    async fn notify(&self, node: SocketAddr, number: usize) -> Option<bool> {
        let headers = format!("{FORM}Idempotency-Key: job-{number}\r\n");
        let form = format!("message=n{number}");
        let line = "POST /api/notify";
        let answer = call(node, self.token.expose(), line, &headers, &form).await?;
        assert!(matches!(answer.status, 200 | 500 | 503), "{answer:?}");
        Some(answer.body == OK)
    }

    async fn push(&self, node: SocketAddr, number: usize) -> Option<bool> {
        let headers = format!(
            "Content-Type: application/json\r\nPrefer: respond-async\r\n\
             X-Line-Retry-Key: 123e4567-e89b-12d3-a456-{number:012}\r\n"
        );
        let text = format!("p{number}");
        let body = json!({ "to": self.alice, "messages": [{ "type": "text", "text": text }] });
        let line = format!("POST {PUSH}");
        let answer = call(node, self.key.expose(), &line, &headers, &body.to_string()).await?;
        assert!(matches!(answer.status, 200 | 202 | 409 | 503), "{answer:?}");
        Some(answer.status != 503)
    }
}

/// The texts that arrived, sorted.
fn arrived(home: &Home) -> Vec<String> {
    let delivered = home.sim.outbox();
    let texts = delivered.iter().flat_map(|it| {
        let it: Value = serde_json::to_value(it).unwrap();
        let messages = it["messages"].as_array().unwrap().clone();
        messages.into_iter().map(|it| it["text"].as_str().unwrap().to_owned())
    });
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

/// Waits until all that two callers told has arrived, each once.
async fn all_arrive_once(home: &Home, numbers: usize) {
    let all = (0..numbers).flat_map(|number| [format!("[cron] n{number}"), format!("p{number}")]);
    let mut all: Vec<String> = all.collect();
    all.sort();
    let began = Instant::now();
    while arrived(home).len() < all.len() && began.elapsed() < 2 * LONGEST {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(arrived(home), all);
}

/// What both nodes have taken arrives once, though one of them is killed with its hands full. `lose` is what happens besides,
/// once each has taken a quarter.
async fn two_nodes_lose_and_double_nothing(store: String, lose: impl FnOnce()) {
    const EACH: usize = 16;
    let notify = "delivery = \"queued\"\ncoalesce_ms = 200";
    let settings = Settings { notify, store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let mut second = Second::start(&store, &home, notify);
    // LINE loses some answers, and is slow.
    home.sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).every(3).times(6)).unwrap();
    home.sim.fault(FaultRule::delay(Duration::from_millis(20)).on("POST", PUSH)).unwrap();
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let caller = |nodes: Vec<SocketAddr>| {
        let (token, key) = (home.t1.clone(), key.clone());
        let accepted = watch::Sender::new(0);
        Caller { nodes, token, key, alice: home.alice.as_str().to_owned(), taken: accepted }
    };
    let (one, other) = (caller(vec![home.address]), caller(vec![second.address, home.address]));
    let (mut of_one, mut of_other) = (one.taken.subscribe(), other.taken.subscribe());
    let losing = async {
        of_one.wait_for(|taken| *taken >= EACH / 4).await.unwrap();
        of_other.wait_for(|taken| *taken >= EACH / 4).await.unwrap();
        lose();
        of_other.wait_for(|taken| *taken >= EACH / 2).await.unwrap();
        second.kill();
    };
    tokio::join!(one.tell(0..EACH), other.tell(EACH..2 * EACH), losing);
    all_arrive_once(&home, 2 * EACH).await;
    home.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_is_refused_by_every_node_within_five_seconds() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let settings = Settings { store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let second = Second::start(&store, &home, "");
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let nodes = [home.address, second.address];
    let read =
        async |node| call(node, key.expose(), "GET /v2/bot/info", "", "").await.unwrap().status;
    for node in nodes {
        assert_eq!(read(node).await, 200);
    }
    let id = home.state.keys().await.unwrap()[0].id;
    assert!(home.state.revoke_key(id).await.unwrap());
    let revoked = Instant::now();
    for node in nodes {
        while read(node).await != 401 {
            assert!(revoked.elapsed() < Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    home.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_nodes_have_taken_arrives_once_though_one_is_killed() {
    let Some(cluster) = Cluster::shared() else { return };
    two_nodes_lose_and_double_nothing(cluster.database(), || ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_nodes_have_taken_arrives_once_though_their_database_fails_over() {
    let Some(primary) = Cluster::own() else { return };
    primary.sql("postgres", "CREATE DATABASE hikyaku");
    let standby = primary.synchronous_standby();
    let store = url_of(&[primary.host(), standby.host()], "hikyaku");
    let lose = || {
        primary.kill();
        standby.promote();
    };
    two_nodes_lose_and_double_nothing(store, lose).await;
}

/// A token's hour, its revocation, and a key's names are the same at both.
#[tokio::test]
async fn two_nodes_count_one_hour_and_know_one_name() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = cluster.database();
    let settings = Settings { store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let second = Second::start(&store, &home, "");
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
