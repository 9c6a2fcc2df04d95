//! What many webhooks at once cost, counted and not timed.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant, SystemTime},
};

use axum::Router as App;
use hikyaku_inbox::{Inbox, KeptState, Settings};
use hikyaku_sender::{Error, Outbox, Transaction, Work};
use hikyaku_webhook::{Receiver, Router, Verifier};
use http::StatusCode;
use tokio::{sync::oneshot, task::JoinSet};

use crate::{
    bench::{Bench, Bot, LONGEST, says, secret},
    cluster::Cluster,
};

const ARRIVALS: usize = 1000;

/// A bot that is at work on one event for ever, so that it claims nothing, and the count of the webhooks that have reached it.
async fn busy(bench: &mut Bench) -> (Arc<Bot>, Arc<AtomicUsize>) {
    let hour = Duration::from_secs(60 * 60);
    let settings = Settings::default().at_once(1).lease(hour).time_limit(hour).patience(hour);
    bench.inbox = bench.inbox.clone().settings(settings);
    let reached = Arc::new(AtomicUsize::new(0));
    let count = reached.clone();
    let receiver = Receiver::new(Verifier::new(&secret())).clock(move || {
        count.fetch_add(1, Ordering::SeqCst);
        SystemTime::now()
    });
    let router = Router::new(()).fallback(async |_| std::future::pending::<()>().await);
    let (route, work) = bench.inbox.callback(receiver, router);
    let bot = Bot { app: App::new().route("/callback", route), work: tokio::spawn(work) };
    assert_eq!(bot.post(&says("first", "first", 1, "hi", false)).await, StatusCode::OK);
    bench.until(KeptState::Handling, 1).await;
    reached.store(0, Ordering::SeqCst);
    (Arc::new(bot), reached)
}

/// Posts them, and comes back when all have reached the bot, none of which can be written down yet.
async fn post_all(bot: &Arc<Bot>, reached: &AtomicUsize) -> JoinSet<StatusCode> {
    let mut posts = JoinSet::new();
    for n in 0..ARRIVALS {
        let bot = bot.clone();
        // Some come again, and some of those twice.
        let id = if n % 10 == 7 { n - 5 } else { n };
        let body = says(&format!("U{}", n % 50), &format!("e{id}"), 1, "hi", n % 5 == 2);
        posts.spawn(async move { bot.post(&body).await });
    }
    let began = Instant::now();
    while reached.load(Ordering::SeqCst) < ARRIVALS {
        assert!(began.elapsed() < LONGEST, "they do not arrive");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    posts
}

async fn all_are_kept(bench: &Bench, posts: JoinSet<StatusCode>) {
    assert!(posts.join_all().await.iter().all(|status| *status == StatusCode::OK));
    let rows = bench.sql("SELECT count(*) FROM hikyaku_inbox_event").await;
    assert_eq!(rows[0][0].as_integer(), Some(1 + i64::try_from(ARRIVALS).unwrap() * 9 / 10));
}

/// Stops the writer of a file.
struct Hold {
    stopped: Mutex<Option<oneshot::Sender<()>>>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl Work for Hold {
    type Out = ();

    async fn run(&self, _: &mut Transaction<'_>) -> Result<(), Error> {
        if let Some(stopped) = self.stopped.lock().unwrap().take() {
            let _ = stopped.send(());
        }
        let _ = self.go.lock().unwrap().recv();
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_share_a_few_commits_of_a_file() {
    let mut bench = Bench::sqlite().await;
    let (bot, reached) = busy(&mut bench).await;
    let commits = async || bench.sql("SELECT commits FROM meta").await[0][0].as_integer().unwrap();
    let before = commits().await;
    let ((stopped, has_stopped), (go, wait)) = (oneshot::channel(), mpsc::channel());
    let hold = Hold { stopped: Mutex::new(Some(stopped)), go: Mutex::new(wait) };
    let outbox = bench.outbox.clone();
    let stops = tokio::spawn(async move { outbox.transact(hold).await });
    has_stopped.await.unwrap();
    let posts = post_all(&bot, &reached).await;
    go.send(()).unwrap();
    stops.await.unwrap().unwrap();
    all_are_kept(&bench, posts).await;
    let took = commits().await - before;
    assert!(took <= 10, "{took} commits");
}

/// A connection of the test's own that has locked a table.
async fn lock(url: &str, table: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("BEGIN; LOCK TABLE {table}")).await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_share_a_few_statements_of_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    let (url, statements) = (cluster.database(), Arc::new(AtomicUsize::new(0)));
    let count = statements.clone();
    let builder = Outbox::builder(&url).on_statement(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {})
    });
    let outbox = builder.open().await.unwrap();
    let inbox = Inbox::open(&outbox).await.unwrap();
    let mut bench = Bench { outbox, inbox, url, _folder: None };
    let (bot, reached) = busy(&mut bench).await;
    let before = statements.load(Ordering::SeqCst);
    let locked = lock(&bench.url, "hikyaku_inbox_event").await;
    let posts = post_all(&bot, &reached).await;
    locked.batch_execute("COMMIT").await.unwrap();
    assert!(posts.join_all().await.iter().all(|status| *status == StatusCode::OK));
    // Ends of transactions are counted, too.
    let took = statements.load(Ordering::SeqCst) - before;
    assert!(took <= 30, "{took} statements");
    all_are_kept(&bench, JoinSet::new()).await;
}

/// Looks at a table that the test has locked.
struct Wait;

impl Work for Wait {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        tx.query("SELECT count(*) FROM locked", &[]).await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_waits_for_no_connection_that_others_have() {
    let Some(mut bench) = Bench::postgres().await else { return };
    bench.sql("CREATE TABLE locked (n bigint)").await;
    let (bot, _) = busy(&mut bench).await;
    let locked = lock(&bench.url, "locked").await;
    let mut others = JoinSet::new();
    for _ in 0..20 {
        let outbox = bench.outbox.clone();
        others.spawn(async move { outbox.transact(Wait).await });
    }
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'locked'::regclass";
    let began = Instant::now();
    while locked.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 4 {
        assert!(began.elapsed() < LONGEST, "they do not wait");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let status = tokio::time::timeout(LONGEST, bot.post(&says("a", "1", 1, "hi", false))).await;
    assert_eq!(status.expect("it waits for the others"), StatusCode::OK);
    locked.batch_execute("COMMIT").await.unwrap();
    while let Some(done) = others.join_next().await {
        done.unwrap().unwrap();
    }
}
