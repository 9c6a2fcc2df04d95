//! How fast the simulator answers a push, beside a bare axum handler that reads the same JSON and writes the same answer:
//! `cargo run --release -p hikyaku-sim --example push_speed`. `docs/performance.md` says what the figures mean.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that cannot go on fails")]

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, routing::post};
use bytes::Bytes;
use hikyaku_sim::Sim;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Connections with a request under way on each.
const CONNECTIONS: usize = 64;
/// How long each server is asked in a round, and how many rounds there are, in which they take turns.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 7;
/// The id of the first friend.
const FRIEND: &str = "U00000000000000000000000000000001";

#[tokio::main]
async fn main() {
    match env::args().nth(1).as_deref() {
        Some("sim") => {
            let builder = Sim::builder().friends(1).rate_limits(false).keep_messages(1_000);
            let sim = builder.keep_requests(1_000).start().await.unwrap();
            println!("{}", sim.api_url().strip_prefix("http://").unwrap());
            std::future::pending::<()>().await;
        }
        Some("axum") => {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            println!("{}", listener.local_addr().unwrap());
            let router = Router::new().route("/v2/bot/message/push", post(bare));
            axum::serve(listener, router).await.unwrap();
        }
        _ => measure().await,
    }
}

async fn bare(body: Bytes) -> String {
    let push: Value = serde_json::from_slice(&body).unwrap();
    let messages = push["messages"].as_array().unwrap();
    let sent = messages.iter().map(|_| json!({ "id": "461230966842064897", "quoteToken": "q" }));
    json!({ "sentMessages": sent.collect::<Vec<_>>() }).to_string()
}

async fn measure() {
    let servers = ["axum", "sim"].map(Server::start);
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let [bare, sim] = [servers[0].ask().await, servers[1].ask().await];
        // The first one is for warming up.
        if round > 0 {
            println!("bare {bare:.0}/s, simulator {sim:.0}/s: {:.2}", sim / bare);
            ratios.push(sim / bare);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median {:.2}", ratios[ratios.len() / 2]);
}

/// A server in a process of its own, which ends with this one.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(kind: &str) -> Self {
        let began = Instant::now();
        let mut command = Command::new(env::current_exe().unwrap());
        let mut child = command.arg(kind).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        println!("{kind} listens {} ms after its process was started", began.elapsed().as_millis());
        Self { child, address: address.trim().to_owned() }
    }

    /// Pushes for a round; gives how many a second were accepted.
    async fn ask(&self) -> f64 {
        let body = json!({ "to": FRIEND, "messages": [{ "type": "text", "text": "Your parcel is on its way." }] });
        let body = body.to_string();
        let request = format!(
            "POST /v2/bot/message/push HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sim-token-1\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (address, request) = (self.address.clone(), request.clone());
            tasks.spawn(async move { push(&address, request.as_bytes(), began + ROUND).await });
        }
        let pushed: u32 = tasks.join_all().await.into_iter().sum();
        f64::from(pushed) / began.elapsed().as_secs_f64()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// Pushes on one connection until then, one after the other; gives how many were accepted.
async fn push(address: &str, request: &[u8], until: Instant) -> u32 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut buffer, mut pushed) = (vec![0; 4096], 0);
    while Instant::now() < until {
        stream.write_all(request).await.unwrap();
        let mut length = 0;
        while !is_whole(&buffer[..length]) {
            length += stream.read(&mut buffer[length..]).await.unwrap();
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer));
        pushed += 1;
    }
    pushed
}

/// Whether these bytes are a whole answer: its head, and as much as that says.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.and_then(|length| length.parse().ok()) == Some(body.len())
}
