//! Callers, each on a connection of its own.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant as TokioInstant, sleep_until},
};

use crate::memory;

/// How many calls of one round as fast as they are answered.
const ROUND: usize = 4000;

const AT_ONCE: usize = 64;

/// How many calls begin in a second, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
}

impl Load {
    pub(crate) fn calls(self) -> u32 {
        self.rate * self.seconds
    }

    /// Each call begins at its time, whatever has become of those before it.
    pub(crate) async fn fire(self, name: &str, address: SocketAddr, call: impl Fn(u32) -> Vec<u8>) {
        let (began, mut calls, mut times) = (TokioInstant::now(), JoinSet::new(), Vec::new());
        for number in 0..self.calls() {
            sleep_until(began + Duration::from_secs(1) * number / self.rate).await;
            calls.spawn(ask(address, call(number)));
            while let Some(ended) = calls.try_join_next() {
                times.extend(ended.unwrap());
            }
        }
        times.extend(calls.join_all().await.into_iter().flatten());
        let took = began.elapsed();
        times.sort();
        let part = |percent: usize| {
            let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(at).copied().unwrap_or_default()
        };
        println!(
            "{name:<20} {:>6} of {} answered 200, {:.0} a second, p50 {:.1?}, p99 {:.1?}, slowest {:.1?}, memory {}",
            times.len(),
            self.calls(),
            per_second(times.len(), took),
            part(50),
            part(99),
            part(100),
            memory()
        );
    }
}

/// How many calls a second are answered, where so many are always on their way. Callers take the calls by turns.
pub(crate) async fn as_fast_as_answered(address: SocketAddr, calls: &[Vec<u8>]) -> f64 {
    let began = TokioInstant::now();
    let mut callers = JoinSet::new();
    for call in calls.iter().cycle().take(AT_ONCE) {
        let call = call.clone();
        callers.spawn(async move {
            let mut answered = 0;
            for _ in 0..ROUND / AT_ONCE {
                answered += usize::from(ask(address, call.clone()).await.is_some());
            }
            answered
        });
    }
    per_second(callers.join_all().await.into_iter().sum(), began.elapsed())
}

/// How long a 200 took.
async fn ask(address: SocketAddr, call: Vec<u8>) -> Option<Duration> {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(&call).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    answer.starts_with(b"HTTP/1.1 200").then(|| began.elapsed())
}

fn per_second(calls: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / took.as_secs_f64()
}

pub(crate) fn request(path: &str, token: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
