//! The gateway under load, on loopback, with LINE (a simulator) and the callers' floor (a plain proxy) in another process. Prints
//! the rate that was kept, the times of answers, and memory.
//!
//! `cargo bench -p hikyaku-gateway --bench notify`; `HIKYAKU_RATE` (100 a second) and `HIKYAKU_SECONDS` (10) change it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

mod calls;
mod line;

use std::{fmt::Write as _, path::Path};

use hikyaku_gateway::{Config, Gateway, NewApiKey, NewToken};

use crate::{
    calls::{Load, as_fast_as_answered, request},
    line::Line,
};

/// How many chats the notifications of one run go to.
const CHATS: u32 = 100;

/// How many calls each token has an hour.
const OF_TOKEN: u32 = 1000;

/// How many channels send as fast as they can: LINE's limit for one channel, which the gateway keeps, is far below what
/// the door takes.
const CHANNELS: u32 = 16;

fn main() {
    if std::env::var_os(line::SERVES).is_some() {
        return runtime().block_on(line::serve());
    }
    let number = |name: &str, usual: u32| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
    };
    let load = Load {
        rate: number("HIKYAKU_RATE", 100).max(1),
        seconds: number("HIKYAKU_SECONDS", 10).max(1),
    };
    runtime().block_on(measure(load));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

async fn measure(load: Load) {
    let (folder, line) = (tempfile::tempdir().unwrap(), Line::start());
    let gateway = open(&line, folder.path()).await;
    let address = gateway.addresses()["all"];
    let mut keys = Vec::new();
    for number in 0..CHANNELS {
        let new = NewApiKey::new(format!("bench{number}"), channel(number));
        keys.push(gateway.state().issue_key(new).await.unwrap().key);
    }
    let each = load.calls().div_ceil(OF_TOKEN).max(CHATS);
    let many = tokens(&gateway, each, user).await;
    let one = tokens(&gateway, each, |_| user(0)).await;
    let beside = tokens(&gateway, 1, |_| user(1)).await;
    let running = tokio::spawn(gateway.run(std::future::pending()));

    println!("{} calls a second for {} s; memory before: {}", load.rate, load.seconds, memory());
    let body = format!(r#"{{"to":"{}","messages":[{{"type":"text","text":"hi"}}]}}"#, user(0));
    let push = |token: &str| request("/v2/bot/message/push", token, "application/json", &body);
    let direct = [push(&line.token)];
    let durable: Vec<Vec<u8>> = keys.iter().map(|key| push(key.expose())).collect();
    load.fire("plain proxy", line.proxy, |number| of(&direct, number)).await;
    load.fire("LINE door", address, |_| of(&durable, 0)).await;
    let (many, one, beside) = (notifies(&many), notifies(&one), notifies(&beside));
    load.fire("LINE Notify's door", address, |number| of(&many, number)).await;
    // A chat gets one after another; others do not wait for it.
    let seldom = Load { rate: (load.rate / 100).max(1), ..load };
    tokio::join!(
        load.fire("all to one chat", address, |number| of(&one, number)),
        seldom.fire("another beside it", address, |number| of(&beside, number)),
    );
    let (mut bare, mut through) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        bare.push(as_fast_as_answered(line.proxy, &direct).await);
        through.push(as_fast_as_answered(address, &durable).await);
    }
    compare(&mut bare, &mut through);
    running.abort();
}

/// The LINE door beside the proxy, by the medians of rounds that took turns.
fn compare(bare: &mut [f64], through: &mut [f64]) {
    let mut ratios: Vec<f64> = through.iter().zip(&*bare).map(|(it, floor)| it / floor).collect();
    for all in [&mut *bare, through, &mut ratios] {
        all.sort_by(f64::total_cmp);
    }
    let median = |all: &[f64]| all.get(all.len() / 2).copied().unwrap_or_default();
    println!(
        "as fast as answered, 64 at once: plain proxy {:.0} a second, LINE door {:.0}, {:.2} of it",
        median(bare),
        median(through),
        median(&ratios)
    );
}

async fn open(line: &Line, folder: &Path) -> Gateway {
    let mut config = format!(
        "store = \"sqlite:{}\"\n[listen.all]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"line\"]\n",
        folder.join("hikyaku.db").display()
    );
    for name in (0..CHANNELS).map(channel) {
        let Line { token, api_url, .. } = line;
        writeln!(config, "[channel.{name}]\ntoken = \"{token}\"\napi_url = \"{api_url}\"").unwrap();
    }
    Gateway::open(Config::parse(&config).unwrap()).await.unwrap()
}

/// So many tokens, each for the chat of its number.
async fn tokens(gateway: &Gateway, count: u32, chat: impl Fn(u32) -> String) -> Vec<String> {
    let mut tokens = Vec::new();
    for number in 0..count {
        let new = NewToken {
            name: "bench".to_owned(),
            target: chat(number % CHATS),
            target_name: None,
            channel: channel(0),
        };
        let issued = gateway.state().issue(new, None).await.unwrap();
        tokens.push(issued.token.expose().to_owned());
    }
    tokens
}

/// A call of each token.
fn notifies(tokens: &[String]) -> Vec<Vec<u8>> {
    let form = "application/x-www-form-urlencoded";
    tokens.iter().map(|it| request("/api/notify", it, form, "message=hi")).collect()
}

fn of(calls: &[Vec<u8>], number: u32) -> Vec<u8> {
    let at = usize::try_from(number).unwrap_or_default() % calls.len().max(1);
    calls.get(at).cloned().unwrap_or_default()
}

fn channel(number: u32) -> String {
    format!("channel{number}")
}

fn user(number: u32) -> String {
    format!("U{number:032x}")
}

/// What this program has in memory: the gateway and the callers.
pub(crate) fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or("unknown".to_owned(), |kb| kb.trim().to_owned())
}
