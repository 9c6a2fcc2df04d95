//! What durability costs: enqueueing alone and together, and sending through the outbox beside sending without a store.
//!
//! `cargo bench -p hikyaku-sender` prints figures and ratios from rounds that take turns, which hold when the machine's
//! speed drifts. The simulator runs in a process of its own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement tells what it found")]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use hikyaku::{Client, model::SendKind};
use hikyaku_sender::{Limits, NewDelivery, Outbox};
use hikyaku_sim::Sim;

const IN_FLIGHT: usize = 64;
const ROUNDS: usize = 5;

fn main() {
    if std::env::var_os("HIKYAKU_BENCH_SIM").is_some() {
        return serve();
    }
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wanted = |name: &str| only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let line = Line::start();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if wanted("enqueue") {
            enqueueing().await;
        }
        if wanted("pushes") {
            sending(&line, "pushes", 20_000, 1).await;
        }
        if wanted("multicasts") {
            sending(&line, "multicasts of 500", 1_000, 500).await;
        }
    });
}

/// Callers that each wait for their own commit.
async fn enqueueing() {
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(enqueue(1, 300).await);
        together.push(enqueue(64, 300).await);
    }
    let (alone, together) = (median(alone), median(together));
    println!("enqueue, 1 caller:   {alone:>9.0} a second");
    println!(
        "enqueue, 64 callers: {together:>9.0} a second, {:.1} times as many",
        together / alone
    );
}

async fn enqueue(callers: usize, each: usize) -> f64 {
    let (_folder, outbox) = open().await;
    let began = Instant::now();
    let all = stream::iter(0..callers).for_each_concurrent(callers, |caller| {
        let outbox = &outbox;
        async move {
            for n in 0..each {
                outbox.enqueue(NewDelivery::push(user(caller * each + n), "hello")).await.unwrap();
            }
        }
    });
    all.await;
    per_second(callers * each, began.elapsed())
}

/// The same requests without a store, and from the outbox.
async fn sending(line: &Line, what: &str, requests: usize, recipients: usize) {
    let client = Client::builder(&line.token).api_base_url(&line.url).build().unwrap();
    let (mut bare, mut durable) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(send_bare(&client, requests, recipients).await);
        durable.push(send_durably(&client, requests, recipients).await);
    }
    let (bare, durable) = (median(bare), median(durable));
    println!("{what}, bare client: {bare:>9.0} requests a second");
    println!("{what}, from SQLite: {durable:>9.0} requests a second, {:.2} of it", durable / bare);
}

async fn send_bare(client: &Client, requests: usize, recipients: usize) -> f64 {
    let began = Instant::now();
    let all = stream::iter(0..requests).for_each_concurrent(IN_FLIGHT, |n| async move {
        let to: Vec<String> = (n * recipients..(n + 1) * recipients).map(user).collect();
        let (kind, to) = if recipients == 1 {
            (SendKind::Push, serde_json::to_string(&to[0]).unwrap())
        } else {
            (SendKind::Multicast, serde_json::to_string(&to).unwrap())
        };
        let body = format!(r#"{{"to":{to},"messages":[{{"type":"text","text":"hello"}}]}}"#);
        client.send_written(kind, body).await.unwrap();
    });
    all.await;
    per_second(requests, began.elapsed())
}

async fn send_durably(client: &Client, requests: usize, recipients: usize) -> f64 {
    let (_folder, outbox) = open().await;
    for first in (0..requests).step_by(1000) {
        let batch = (first..requests.min(first + 1000)).map(|n| {
            let to = (n * recipients..(n + 1) * recipients).map(user);
            if recipients == 1 {
                NewDelivery::push(user(n), "hello")
            } else {
                NewDelivery::multicast(to, "hello")
            }
        });
        outbox.enqueue_all(batch.collect()).await.unwrap();
    }
    let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let worker = worker.concurrency(IN_FLIGHT).quota_every(None).until_idle();
    let began = Instant::now();
    let report = worker.run(std::future::pending()).await.unwrap();
    assert_eq!(report.accepted, requests as u64);
    per_second(requests, began.elapsed())
}

async fn open() -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let outbox = Outbox::open(url).await.unwrap();
    (folder, outbox)
}

fn user(n: usize) -> String {
    format!("U{n:032x}")
}

#[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A simulator in a process of its own, which ends with this one.
struct Line {
    url: String,
    token: String,
    child: Child,
}

impl Line {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env("HIKYAKU_BENCH_SIM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        Self { url: line(), token: line(), child }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sim = Sim::builder().any_user_is_friend().rate_limits(false).keep_messages(1);
        let sim = sim.keep_requests(1).start().await.unwrap();
        println!("{}\n{}", sim.api_url(), sim.channel_token().expose());
        tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await.unwrap().unwrap();
    });
}
