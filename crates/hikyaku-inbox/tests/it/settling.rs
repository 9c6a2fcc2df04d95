//! What ends at the same time is written down together, and what is wrong with one of them is wrong with no other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hikyaku_inbox::{InContext as _, Inbox, KeptState, Settings};
use hikyaku_sender::{Filter, NewDelivery, Outbox};
use hikyaku_webhook::{BoxError, Context, Router};
use http::StatusCode;
use tokio::{sync::Barrier, time::timeout};

use crate::{
    bench::{Bench, LONGEST, says},
    cluster::Cluster,
};

const USER: &str = "U4af4980629000000000000000000000a";

/// Handlers that end together.
#[derive(Clone)]
struct Together {
    began: Arc<Barrier>,
    end: Arc<Barrier>,
    ended: Arc<AtomicUsize>,
}

impl Together {
    /// So many, and the test itself.
    fn new(handlers: usize) -> Self {
        let barrier = || Arc::new(Barrier::new(handlers + 1));
        Self { began: barrier(), end: barrier(), ended: Arc::default() }
    }

    async fn handle(&self) {
        self.began.wait().await;
        self.end.wait().await;
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    async fn all_have_begun(&self) {
        timeout(LONGEST, self.began.wait()).await.expect("they do not begin");
    }

    async fn all_end(&self, handlers: usize) {
        timeout(LONGEST, self.end.wait()).await.expect("they do not wait");
        let began = Instant::now();
        while self.ended.load(Ordering::SeqCst) < handlers {
            assert!(began.elapsed() < LONGEST, "they do not end");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_together_shares_a_few_statements_of_postgresql() {
    const EVENTS: usize = 60;
    let Some(cluster) = Cluster::shared() else { return };
    let (url, statements) = (cluster.database(), Arc::new(AtomicUsize::new(0)));
    let count = statements.clone();
    let builder = Outbox::builder(&url).on_statement(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {})
    });
    let outbox = builder.open().await.unwrap();
    let settings = Settings::default().at_once(EVENTS).lease(Duration::from_secs(60 * 60));
    let inbox = Inbox::open(&outbox).await.unwrap().settings(settings);
    let bench = Bench { outbox, inbox, url, _folder: None };
    let handler = async |context: Context<Together>| {
        context.state.handle().await;
        let chat = context.event.chat_id().unwrap();
        context.transaction().unwrap().enqueue(NewDelivery::push(&chat, "noted")).unwrap();
    };
    let together = Together::new(EVENTS);
    let bot = bench.serve(Router::new(together.clone()).fallback(handler));
    for n in 0..EVENTS {
        let body = says(&format!("U{n:032x}"), &n.to_string(), 1, "hi", false);
        assert_eq!(bot.post(&body).await, StatusCode::OK);
    }
    together.all_have_begun().await;
    // The first that end wait here, and the others gather behind them.
    let (locks, connection) =
        tokio_postgres::connect(&bench.url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    locks.batch_execute("BEGIN; LOCK TABLE hikyaku_inbox_event").await.unwrap();
    let before = statements.load(Ordering::SeqCst);
    together.all_end(EVENTS).await;
    locks.batch_execute("COMMIT").await.unwrap();
    bot.stop().await;
    // Ends of transactions are counted, too, and so are claims.
    let took = statements.load(Ordering::SeqCst) - before;
    assert!(took <= EVENTS, "{took} statements");
    assert_eq!(bench.events(KeptState::Handled).await.len(), EVENTS);
    let sends = bench.outbox.list(Filter::default().limit(1000)).await.unwrap();
    assert_eq!(sends.len(), EVENTS);
}

async fn what_is_wrong_with_one_is_wrong_with_no_other(bench: Bench) {
    let taken = |text: &str| NewDelivery::push(USER, text).idempotency_key("taken");
    bench.outbox.enqueue(taken("another send")).await.unwrap();
    let handler = async |context: Context<Together>| -> Result<(), BoxError> {
        let transaction = context.transaction()?;
        if transaction.attempt() == 1 {
            context.state.handle().await;
        }
        let push = NewDelivery::push(USER, "noted");
        match context.event.text() {
            Some("bad") => transaction.enqueue(push.idempotency_key("taken"))?,
            _ => transaction.enqueue(push)?,
        }
        Ok(())
    };
    let together = Together::new(3);
    let bot = bench.serve(Router::new(together.clone()).fallback(handler));
    for (chat, text) in [("a", "good"), ("b", "bad"), ("c", "good")] {
        assert_eq!(bot.post(&says(chat, chat, 1, text, false)).await, StatusCode::OK);
    }
    together.all_have_begun().await;
    together.all_end(3).await;
    let ended = bench.until(KeptState::Handled, 2).await;
    assert!(ended.iter().all(|it| it.attempts == 1), "{ended:?}");
    let dead = bench.until(KeptState::Dead, 1).await.remove(0);
    bot.stop().await;
    assert!(dead.error.unwrap().contains("idempotency key"));
    assert_eq!(bench.outbox.list(Filter::default()).await.unwrap().len(), 3);
}

/// What a handler sets for the rest of its transaction ends with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_handler_has_the_settings_of_another_ones_transaction() {
    const EVENTS: usize = 8;
    let Some(bench) = Bench::postgres().await else { return };
    bench.sql("CREATE TABLE seen (chat text, tenant text)").await;
    let handler = async |context: Context<Together>| {
        context.state.handle().await;
        let transaction = context.transaction().unwrap();
        let text = context.event.text().unwrap_or_default();
        if text != "nobody" {
            let set = "SELECT set_config('shop.tenant', $1, true)";
            transaction.execute(set, [text.into()]).unwrap();
        }
        let seen =
            "INSERT INTO seen VALUES ($1, coalesce(current_setting('shop.tenant', true), ''))";
        transaction.execute(seen, [text.into()]).unwrap();
    };
    let together = Together::new(EVENTS);
    let bot = bench.serve(Router::new(together.clone()).fallback(handler));
    for n in 0..EVENTS {
        let (name, text) = (n.to_string(), if n % 2 == 0 { "nobody" } else { "shop" });
        assert_eq!(bot.post(&says(&name, &name, 1, text, false)).await, StatusCode::OK);
    }
    together.all_have_begun().await;
    together.all_end(EVENTS).await;
    bench.until(KeptState::Handled, EVENTS).await;
    bot.stop().await;
    let seen = bench.sql("SELECT DISTINCT chat, tenant FROM seen ORDER BY chat").await;
    let seen: Vec<_> =
        seen.iter().map(|row| (row[0].as_text().unwrap(), row[1].as_text().unwrap())).collect();
    assert_eq!(seen, [("nobody", ""), ("shop", "shop")]);
}

/// What a handler's statements wait for holds up its own chat alone, longer than its lease lasts, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_what_a_handler_waits_for() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let outbox = Outbox::open(&url).await.unwrap();
    let inbox = Inbox::open(&outbox).await.unwrap();
    let inbox = inbox.settings(Settings::default().lease(Duration::from_secs(1)));
    let bench = Bench { outbox, inbox, url, _folder: None };
    bench.sql("CREATE TABLE stock (left_over bigint)").await;
    bench.sql("INSERT INTO stock VALUES (7)").await;
    let (locks, connection) =
        tokio_postgres::connect(&bench.url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    locks.batch_execute("BEGIN; UPDATE stock SET left_over = 8").await.unwrap();
    let handler = async |context: Context<()>| {
        if context.event.text() == Some("take one") {
            let transaction = context.transaction().unwrap();
            transaction.execute("UPDATE stock SET left_over = left_over - 1", []).unwrap();
        }
    };
    let bot = bench.serve(Router::new(()).fallback(handler));
    assert_eq!(bot.post(&says("a", "a", 1, "take one", false)).await, StatusCode::OK);
    let over = "SELECT id FROM hikyaku_inbox_event WHERE state = 1 \
        AND leased_until < extract(epoch FROM clock_timestamp()) * 1000";
    let began = Instant::now();
    while bench.sql(over).await.is_empty() {
        assert!(began.elapsed() < LONGEST, "its lease does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let again = says("a", "a", 1, "take one", true);
    let posts = async {
        assert_eq!(bot.post(&again).await, StatusCode::OK);
        assert_eq!(bot.post(&says("b", "b", 1, "hello", false)).await, StatusCode::OK);
        bench.until(KeptState::Handled, 1).await
    };
    let done = timeout(LONGEST, posts).await.expect("others wait for it");
    assert_eq!(done[0].event_id, "b");
    locks.batch_execute("ROLLBACK").await.unwrap();
    bench.until(KeptState::Handled, 2).await;
    bot.stop().await;
    let left = bench.sql("SELECT left_over FROM stock").await;
    assert_eq!(left[0][0].as_integer(), Some(6));
}

crate::on_both_stores!(what_is_wrong_with_one_is_wrong_with_no_other);
