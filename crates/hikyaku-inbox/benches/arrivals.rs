//! How soon webhooks have their 200: at a fixed rate, whether those before were answered or not, and as fast as they come.
//!
//! `cargo bench -p hikyaku-inbox --bench arrivals` runs both on both stores; `-- SQLite` on one. `HIKYAKU_WEBHOOKS` a second (1,000)
//! for `HIKYAKU_SECONDS` (10). Those who post are in the same process. PostgreSQL takes part where its programs are found.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

#[path = "../tests/it/bench.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod bench;
#[path = "../../hikyaku-sender/tests/it/cluster.rs"]
#[expect(dead_code, reason = "the sender's tests need more of it")]
mod cluster;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use hikyaku_inbox::{KeptState, Settings};
use hikyaku_webhook::Router;
use http::StatusCode;
use tokio::{task::JoinSet, time::sleep_until};

use bench::{Bench, Bot, says};

/// How many are posted at once, where no rate is given.
const AT_ONCE: u32 = 256;

/// How many users there are.
const CHATS: u32 = 500;

/// Longer than anything takes.
const LONGEST: Duration = Duration::from_secs(600);

fn tell(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{what}");
}

fn main() {
    let store = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    let wanted = |name: &str| store.as_ref().is_none_or(|store| store == name);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if wanted("SQLite") {
            steady("SQLite", Bench::sqlite().await).await;
            fast("SQLite", Bench::sqlite().await).await;
        }
        if wanted("PostgreSQL") {
            if let Some(bench) = Bench::postgres().await {
                steady("PostgreSQL", bench).await;
            }
            if let Some(bench) = Bench::postgres().await {
                fast("PostgreSQL", bench).await;
            }
        }
    });
}

/// A number from the environment.
fn number(name: &str, unset: u32) -> u32 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(unset)
}

fn total() -> u32 {
    number("HIKYAKU_WEBHOOKS", 1000) * number("HIKYAKU_SECONDS", 10)
}

/// Posts one, and tells how long its 200 took.
async fn post(bot: &Bot, n: u32) -> Option<Duration> {
    let user = format!("U{:032}", n % CHATS);
    let body = says(&user, &n.to_string(), n.into(), "hello", false);
    let sent = Instant::now();
    (bot.post(&body).await == StatusCode::OK).then(|| sent.elapsed())
}

async fn steady(store: &str, bench: Bench) {
    let rate = number("HIKYAKU_WEBHOOKS", 1000);
    let (bench, bot) = serve(bench);
    let began = tokio::time::Instant::now() + Duration::from_millis(50);
    let mut posts = JoinSet::new();
    for n in 0..total() {
        let (bot, at) = (bot.clone(), began + Duration::from_secs(1) * n / rate);
        posts.spawn(async move {
            sleep_until(at).await;
            post(&bot, n).await
        });
    }
    let answers = posts.join_all().await;
    told(&format!("{store}, {rate} webhooks/s"), &bench, &answers, began.elapsed()).await;
}

async fn fast(store: &str, bench: Bench) {
    let (bench, bot) = serve(bench);
    let (next, began) = (Arc::new(AtomicU32::new(0)), Instant::now());
    let mut posts = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (bot, next) = (bot.clone(), next.clone());
        posts.spawn(async move {
            let mut answers = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= total() {
                    return answers;
                }
                answers.push(post(&bot, n).await);
            }
        });
    }
    let answers: Vec<_> = posts.join_all().await.into_iter().flatten().collect();
    told(&format!("{store}, {AT_ONCE} at once"), &bench, &answers, began.elapsed()).await;
}

/// A bot as it is made, whose handlers take no time.
fn serve(mut bench: Bench) -> (Bench, Arc<Bot>) {
    bench.inbox = bench.inbox.clone().settings(Settings::default());
    let bot = bench.serve(Router::new(()).fallback(async |_| ()));
    (bench, Arc::new(bot))
}

async fn told(what: &str, bench: &Bench, answers: &[Option<Duration>], answered: Duration) {
    let mut took: Vec<Duration> = answers.iter().copied().flatten().collect();
    let began = Instant::now();
    bench.until_within(KeptState::Handled, took.len(), LONGEST).await;
    let handled = answered + began.elapsed();
    took.sort_unstable();
    let at = |share: usize| took.get(took.len().saturating_sub(1) * share / 1000).copied();
    let refused = answers.len() - took.len();
    let arrivals = took.len() as u128 * 1000 / answered.as_millis().max(1);
    tell(&format!(
        "{what}: {arrivals} arrivals/s; 200 after {:?} (p50), {:?} (p99), {:?} (slowest); {refused} refused; \
         all answered after {answered:.1?}, all handled after {handled:.1?}",
        at(500).unwrap_or_default(),
        at(990).unwrap_or_default(),
        at(1000).unwrap_or_default(),
    ));
}
