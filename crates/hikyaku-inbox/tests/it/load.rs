//! Thousands of events in one chat. Not for every run: `cargo test -p hikyaku-inbox --release --test it -- load:: --ignored --nocapture`.

use std::time::{Duration, Instant};

use hikyaku_inbox::{KeptState, Settings};
use hikyaku_webhook::Router;

use crate::{
    bench::{Bench, says},
    tell,
};

/// A number from the environment.
fn number(name: &str, unset: u32) -> u32 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(unset)
}

/// Events that wait behind each other in one chat, while others come and go in theirs.
async fn crowded(bench: Bench, store: &str) {
    let events = number("HIKYAKU_EVENTS", 5000);
    let mut bodies: Vec<String> =
        (0..events).map(|n| says("crowded", &format!("c{n}"), n.into(), "hello", false)).collect();
    bodies
        .extend((0..100).map(|n| says(&format!("other{n}"), &format!("o{n}"), 1, "hello", false)));
    bench.only_keeps_many(bodies).await;
    bench
        .sql("UPDATE hikyaku_inbox_event SET state = 0, lease = NULL, attempts = 0 WHERE state = 1")
        .await;
    let mut bench = bench;
    bench.inbox = bench.inbox.clone().settings(Settings::default());
    let began = Instant::now();
    let bot = bench.serve(Router::new(()).fallback(async |_| ()));
    let all = events as usize + 100;
    bench.until_within(KeptState::Handled, all, Duration::from_secs(1200)).await;
    let took = began.elapsed();
    bot.stop().await;
    tell(&format!("{store}: {events} events of one chat and 100 others handled in {took:?}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn thousands_in_one_chat_in_a_file() {
    crowded(Bench::sqlite().await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn thousands_in_one_chat_on_postgresql() {
    if let Some(bench) = Bench::postgres().await {
        crowded(bench, "PostgreSQL").await;
    }
}
