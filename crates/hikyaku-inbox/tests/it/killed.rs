//! A bot in a program of its own that is killed again and again, while a LINE that sends again what was not answered with 200
//! posts to it.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use axum::Router as App;
use hikyaku_inbox::{InContext as _, Inbox, KeptState};
use hikyaku_sender::{Datum, Error, Filter, NewDelivery, Outbox, Transaction, Work};
use hikyaku_webhook::{
    BoxError, Context, Receiver, Router, Verifier,
    axum::{Queue, callback},
    sign,
};

use crate::bench::{Bench, LONGEST, quick, says, secret};

const CHATS: usize = 12;

/// How often the program is killed; `HIKYAKU_INBOX_KILLS` says otherwise.
fn kills() -> usize {
    std::env::var("HIKYAKU_INBOX_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(6)
}

/// How many events each chat has: enough that some come between two kills.
fn each() -> usize {
    kills().max(25)
}

/// How long a handler takes: long enough that some are at work whenever the program is killed.
const WORK: Duration = Duration::from_millis(8);

/// Writes down that an event was handled. Twice would be two rows.
#[derive(Clone)]
struct Done([Datum; 4]);

const DONE: &str = "INSERT INTO done (event, chat, at, late) VALUES ($1, $2, $3, $4)";

impl Work for Done {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        tx.query(DONE, &self.0).await.map(drop)
    }
}

fn done(context: &Context<Outbox>, late: bool) -> [Datum; 4] {
    [
        context.event.webhook_event_id().unwrap().into(),
        context.event.user_id().unwrap().as_str().into(),
        context.event.timestamp.unwrap().into(),
        i64::from(late).into(),
    ]
}

async fn from_the_inbox(context: Context<Outbox>) -> Result<(), BoxError> {
    tokio::time::sleep(WORK).await;
    let transaction = context.transaction()?;
    transaction.execute(DONE, done(&context, transaction.is_late()))?;
    let chat = context.event.chat_id().ok_or("nobody")?;
    transaction.enqueue(NewDelivery::push(&chat, "done"))?;
    let fails = context.event.timestamp.is_some_and(|at| at % 7 == 3) && transaction.attempt() == 1;
    if fails { Err("the first attempt fails".into()) } else { Ok(()) }
}

async fn from_memory(context: Context<Outbox>) -> Result<(), BoxError> {
    tokio::time::sleep(WORK).await;
    context.state.transact(Done(done(&context, false))).await?;
    Ok(())
}

/// The program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "other tests start it in a program of its own"]
async fn child() {
    let Ok(url) = std::env::var("CHILD_STORE") else { return };
    let outbox = Outbox::open(url).await.unwrap();
    let receiver = Receiver::new(Verifier::new(&secret()));
    let route = if std::env::var("CHILD_INBOX").is_ok() {
        let inbox = Inbox::open(&outbox).await.unwrap().settings(quick().attempts(1000).at_once(8));
        let router = Router::new(outbox).fallback(from_the_inbox);
        let (route, work) = inbox.callback(receiver, router);
        tokio::spawn(work);
        route
    } else {
        let router = Router::new(outbox).fallback(from_memory);
        let (route, work) = callback(receiver, router, Queue::default().at_once(8));
        tokio::spawn(work);
        route
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    // The test runner has begun a line of its own.
    let mut out = std::io::stdout();
    writeln!(out, "\nport {}", listener.local_addr().unwrap().port()).unwrap();
    out.flush().unwrap();
    axum::serve(listener, App::new().route("/callback", route)).await.unwrap();
}

struct Program(Child, u16);

impl Program {
    fn start(url: &str, inbox: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["killed::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("CHILD_STORE", url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if inbox {
            command.env("CHILD_INBOX", "yes");
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("port ")?.parse().ok())
            .expect("it opens its store and a port");
        Self(child, port)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Posts a body as LINE does. Whether it was answered with 200.
fn post(port: u16, body: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let signature = sign(&secret(), body.as_bytes());
        write!(
            stream,
            "POST /callback HTTP/1.1\r\nhost: bot\r\nx-line-signature: {signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// Posts everything, kills meanwhile, and sends again what was not acknowledged until all is. In which order the events of
/// a chat were first sent is the order of their timestamps.
fn storm(url: &str, inbox: bool) -> Program {
    let acknowledged = AtomicUsize::new(0);
    let port = Arc::new(Mutex::new(0));
    let mut program = Program::start(url, inbox);
    *port.lock().unwrap() = program.1;
    thread::scope(|scope| {
        for chat in 0..CHATS {
            let (port, acknowledged) = (port.clone(), &acknowledged);
            scope.spawn(move || {
                let say = |n: usize, again| {
                    let at = i64::try_from(n).unwrap() + 1;
                    let body = says(&user(chat), &format!("{chat}-{n}"), at, "hi", again);
                    let port = *port.lock().unwrap();
                    let answered = post(port, &body);
                    if answered {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    answered
                };
                // What is refused waits, and later ones come before it.
                let mut missing: Vec<usize> = Vec::new();
                for n in 0..each() {
                    if !say(n, false) {
                        missing.push(n);
                    }
                    if n % 5 == 4 {
                        missing.retain(|n| !say(*n, true));
                    }
                }
                let began = Instant::now();
                while !missing.is_empty() {
                    assert!(began.elapsed() < LONGEST, "{missing:?} of {chat} are never taken");
                    missing.retain(|n| !say(*n, true));
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        for kill in 1..=kills() {
            let began = Instant::now();
            while acknowledged.load(Ordering::SeqCst) < kill * CHATS * each() / (kills() + 1) {
                assert!(began.elapsed() < LONGEST, "nothing is acknowledged");
                thread::sleep(Duration::from_millis(1));
            }
            program.0.kill().unwrap();
            program.0.wait().unwrap();
            program = Program::start(url, inbox);
            *port.lock().unwrap() = program.1;
        }
    });
    program
}

fn user(chat: usize) -> String {
    format!("U{chat:032}")
}

async fn table(bench: &Bench, number: &str) {
    let sql =
        format!("CREATE TABLE done (n {number}, event text, chat text, at bigint, late bigint)");
    bench.sql(&sql).await;
}

async fn nothing_acknowledged_is_lost(bench: Bench, number: &str) {
    table(&bench, number).await;
    let url = bench.url.clone();
    let program = tokio::task::spawn_blocking(move || storm(&url, true)).await.unwrap();
    let longest = LONGEST + Duration::from_secs(kills() as u64);
    bench.until_within(KeptState::Handled, CHATS * each(), longest).await;
    drop(program);
    let rows = bench.sql("SELECT event, chat, at, late FROM done ORDER BY n").await;
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut newest: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &rows {
        let [event, chat, at, late] = row.as_slice() else { panic!("{row:?}") };
        *times.entry(event.as_text().unwrap()).or_default() += 1;
        let newest = newest.entry(chat.as_text().unwrap()).or_default();
        let (at, late) = (at.as_integer().unwrap(), late.as_integer().unwrap() == 1);
        assert_eq!(late, at < *newest, "{row:?} after {newest}");
        *newest = at.max(*newest);
    }
    assert_eq!(times.len(), CHATS * each(), "events are missing");
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let sends = bench.outbox.list(Filter::default().limit(10_000)).await.unwrap();
    assert_eq!(sends.len(), CHATS * each());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_acknowledged_event_is_handled_once_in_its_order_through_kills_in_a_file() {
    nothing_acknowledged_is_lost(Bench::sqlite().await, "INTEGER PRIMARY KEY AUTOINCREMENT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_acknowledged_event_is_handled_once_in_its_order_through_kills_on_postgresql() {
    if let Some(bench) = Bench::postgres().await {
        let number = "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
        nothing_acknowledged_is_lost(bench, number).await;
    }
}

/// The control: what the tests above count is missed where there is no inbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_inbox_kills_lose_what_was_acknowledged() {
    let bench = Bench::sqlite().await;
    table(&bench, "INTEGER PRIMARY KEY AUTOINCREMENT").await;
    let url = bench.url.clone();
    let program = tokio::task::spawn_blocking(move || storm(&url, false)).await.unwrap();
    // What is still to come of the last program has come when nothing more does.
    let began = Instant::now();
    let (mut before, mut still) = (0, Instant::now());
    while still.elapsed() < Duration::from_secs(2) {
        assert!(began.elapsed() < LONGEST, "it never ends");
        let rows = bench.sql("SELECT count(DISTINCT event) FROM done").await;
        let now = rows[0][0].as_integer().unwrap();
        if now != before {
            (before, still) = (now, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(program);
    assert!(before < i64::try_from(CHATS * each()).unwrap(), "nothing was lost");
}
