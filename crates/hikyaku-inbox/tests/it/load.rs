//! How fast it is. Not for every run: `cargo test -p hikyaku-inbox --release --test it -- load:: --ignored --nocapture`.

use std::time::{Duration, Instant};

use hikyaku_inbox::{KeptState, Settings};
use hikyaku_webhook::Router;
use http::StatusCode;
use tokio::{task::JoinSet, time::sleep_until};

use crate::{
    bench::{Bench, says},
    tell,
};

/// A number from the environment.
fn number(name: &str, unset: u32) -> u32 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(unset)
}

/// Webhooks at a fixed rate, whether the ones before were answered or not, and how long each 200 took.
async fn steady(bench: Bench, store: &str) {
    let (rate, seconds) = (number("HIKYAKU_WEBHOOKS", 1000), number("HIKYAKU_SECONDS", 10));
    let bot = bench.serve(Router::new(()).fallback(async |_| ()));
    let began = tokio::time::Instant::now() + Duration::from_millis(50);
    let mut posts = JoinSet::new();
    for n in 0..rate * seconds {
        let body = says(&format!("U{:032}", n % 500), &n.to_string(), n.into(), "hello", false);
        let app = bot.app.clone();
        let at = began + Duration::from_secs(1) * n / rate;
        posts.spawn(async move {
            sleep_until(at).await;
            let sent = Instant::now();
            let bot = crate::bench::Bot { app, work: tokio::spawn(async {}) };
            let taken = bot.post(&body).await == StatusCode::OK;
            taken.then(|| sent.elapsed())
        });
    }
    let answers = posts.join_all().await;
    let mut took: Vec<Duration> = answers.iter().copied().flatten().collect();
    let refused = answers.len() - took.len();
    let answered = began.elapsed();
    bench.until_within(KeptState::Handled, took.len(), Duration::from_secs(600)).await;
    let handled = began.elapsed();
    bot.stop().await;
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 1000];
    tell(&format!(
        "{store}: {rate} webhooks/s for {seconds} s: 200 after {:?} (p50), {:?} (p99), {:?} (p99.9), {:?} (slowest); \
         {refused} were refused; all answered after {answered:?}, all handled after {handled:?}",
        at(500),
        at(990),
        at(999),
        at(1000)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn webhooks_a_second_in_a_file() {
    steady(Bench::sqlite().await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn webhooks_a_second_on_postgresql() {
    if let Some(bench) = Bench::postgres().await {
        steady(bench, "PostgreSQL").await;
    }
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
