//! Fires calls at a given rate for a given time on loopback, at LINE Notify's door, at the door of LINE's own API, and at a plain
//! proxy in front of the same simulator: the floor. Prints the rate that was kept, the times of answers, and memory.
//!
//! `cargo bench -p hikyaku-gateway --bench notify`; `HIKYAKU_RATE` (100 a second) and `HIKYAKU_SECONDS` (10) change it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use hikyaku_gateway::{Config, Gateway, NewApiKey, NewToken};
use hikyaku_sim::Sim;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Instant as TokioInstant, sleep_until},
};

fn main() {
    let number = |name: &str, usual: u32| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
    };
    let (rate, seconds) = (number("HIKYAKU_RATE", 100).max(1), number("HIKYAKU_SECONDS", 10));
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let sim = Sim::start().await.unwrap();
        let alice = sim.add_friend().as_str().to_owned();
        let gateway = open(&sim, folder.path()).await;
        let new = NewToken {
            name: "bench".to_owned(),
            target: alice.clone(),
            target_name: None,
            channel: "default".to_owned(),
        };
        // Each has 1,000 calls an hour.
        let mut tokens = Vec::new();
        for _ in 0..(rate * seconds).div_ceil(1000) {
            let issued = gateway.state().issue(new.clone(), None).await.unwrap();
            tokens.push(issued.token.expose().to_owned());
        }
        let key = gateway.state().issue_key(NewApiKey::new("bench", "default")).await.unwrap().key;
        let address = gateway.addresses()["all"];
        let proxy = proxy(sim.api_url().trim_start_matches("http://").parse().unwrap()).await;
        let running = tokio::spawn(gateway.run(std::future::pending()));

        println!("{rate} calls a second for {seconds} s at each; memory before: {}", memory());
        let body = format!(r#"{{"to":"{alice}","messages":[{{"type":"text","text":"hi"}}]}}"#);
        let push = |token: &str| request("/v2/bot/message/push", token, "application/json", &body);
        let direct = push(sim.channel_token().expose());
        fire("plain proxy", proxy, rate, seconds, |_| direct.clone()).await;
        let durable = push(key.expose());
        fire("LINE door", address, rate, seconds, |_| durable.clone()).await;
        let form = "application/x-www-form-urlencoded";
        let calls: Vec<Vec<u8>> =
            tokens.iter().map(|it| request("/api/notify", it, form, "message=hi")).collect();
        fire("LINE Notify's door", address, rate, seconds, |number| {
            calls[number % calls.len()].clone()
        })
        .await;
        running.abort();
    });
}

async fn open(sim: &Sim, folder: &std::path::Path) -> Gateway {
    let config = Config::parse(&format!(
        "store = \"sqlite:{}\"\n[listen.all]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"line\"]\n\
         [channel.default]\ntoken = \"{}\"\napi_url = \"{}\"\n",
        folder.join("hikyaku.db").display(),
        sim.channel_token().expose(),
        sim.api_url()
    ));
    Gateway::open(config.unwrap()).await.unwrap()
}

/// Passes bytes on both ways, and knows nothing of them.
async fn proxy(line: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut upstream = TcpStream::connect(line).await.unwrap();
                // How a connection ends is its own affair.
                let _ = copy_bidirectional(&mut caller, &mut upstream).await;
            });
        }
    });
    address
}

fn request(path: &str, token: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Each call begins at its time, whatever has become of those before it.
async fn fire(
    name: &str,
    address: SocketAddr,
    rate: u32,
    seconds: u32,
    call: impl Fn(usize) -> Vec<u8>,
) {
    let (began, count) = (TokioInstant::now(), rate * seconds);
    let mut calls = JoinSet::new();
    for number in 0..count {
        let (at, bytes) = (began + Duration::from_secs(1) * number / rate, call(number as usize));
        calls.spawn(async move {
            sleep_until(at).await;
            let began = Instant::now();
            let mut stream = TcpStream::connect(address).await.ok()?;
            stream.write_all(&bytes).await.ok()?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok()?;
            answer.starts_with(b"HTTP/1.1 200").then(|| began.elapsed())
        });
    }
    let mut times: Vec<Duration> = calls.join_all().await.into_iter().flatten().collect();
    let took = began.elapsed();
    times.sort();
    let part = |percent: usize| {
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or_default()
    };
    println!(
        "{name:<20} {:>6} of {count} answered 200, {:.0} a second, p50 {:.1?}, p99 {:.1?}, memory {}",
        times.len(),
        f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX)) / took.as_secs_f64(),
        part(50),
        part(99),
        memory()
    );
}

/// What this program has in memory, the simulator and the callers in it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or("unknown".to_owned(), |kb| kb.trim().to_owned())
}
