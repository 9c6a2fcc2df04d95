//! How fast the simulator's page is with 10,000 friends and 100,000 stored messages, in a Chromium:
//! `cargo run --release -p hikyaku-sim --example page_speed`. `docs/performance.md` says what the figures mean.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that cannot go on fails")]

#[expect(dead_code, reason = "the tests of the page do more in a browser")]
#[path = "../tests/it/browser.rs"]
mod browser;

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use browser::Browser;
use hikyaku_model::UserId;
use hikyaku_sim::Sim;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const FRIENDS: usize = 10_000;
const MESSAGES: usize = 100_000;

/// How often each thing is measured.
const TIMES: usize = 20;

#[tokio::main]
async fn main() {
    // Many people with a few messages each, and few people with many.
    for (name, people) in [("10 messages each", FRIENDS), ("all in 10 chats", 10)] {
        let sim = Sim::builder().rate_limits(false).start().await.unwrap();
        let friends = sim.add_friends(FRIENDS);
        let to: Vec<&UserId> = friends.iter().take(people).collect();
        while sim.delivered() < MESSAGES as u64 {
            for to in to.chunks(500) {
                post(
                    &sim,
                    "multicast",
                    &json!({ "to": to, "messages": [text("Your parcel is on its way.")] }),
                )
                .await;
            }
        }
        println!("{name}: {} MB in this process", memory());
        measure(&sim, friends.last().unwrap(), name).await;
        sim.stop().await;
    }
}

async fn measure(sim: &Sim, friend: &UserId, name: &str) {
    let mut browser = Browser::start(1440, 900).await.expect("this needs a Chromium");
    let mut drawn = Vec::new();
    for _ in 0..TIMES {
        browser.open(&sim.page_url()).await;
        browser
            .until("document.querySelector('.chat-item') && document.querySelector('.balloon')")
            .await;
        drawn.push(browser.value("performance.now()").await.as_f64().unwrap());
    }
    report(&format!("{name}: from the request to the chats and messages"), drawn);

    // A chat that is open, and one that is not and comes to the top of the list.
    let chat = format!("{}?chat={friend}", sim.page_url());
    browser.open(&chat).await;
    browser.until("document.querySelector('.who-id')").await;
    let mut seen = Vec::new();
    for number in 0..TIMES {
        let words = format!("message {number:02}");
        browser
            .value(&format!(
                "void (window.seen = new Promise((done) => {{ const look = () => {{ \
                 const last = [...document.querySelectorAll('.balloon')].at(-1)?.textContent; \
                 if (last?.includes('{words}')) done(performance.timeOrigin + performance.now()); \
                 else requestAnimationFrame(look); }}; look(); }}))"
            ))
            .await;
        let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        post(sim, "push", &json!({ "to": friend, "messages": [text(&words)] })).await;
        let at = browser.value("window.seen").await.as_f64().unwrap();
        seen.push(at - before.as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    report(&format!("{name}: from a push to its message"), seen);

    let mut found = Vec::new();
    for number in 0..TIMES {
        let started = browser
            .value("(() => { const find = document.querySelector('#find'); find.value = ''; find.focus(); return performance.now(); })()")
            .await;
        let words = format!("message {number:02}");
        browser.write("#find", &words).await;
        browser
            .until(&format!("document.querySelector('.chat-last')?.textContent === '{words}'"))
            .await;
        let ended = browser.value("performance.now()").await;
        found.push(ended.as_f64().unwrap() - started.as_f64().unwrap());
    }
    report(&format!("{name}: from words to what the search finds"), found);
    let heap = browser.value("performance.memory.usedJSHeapSize").await.as_f64().unwrap();
    println!("{name}: {:.0} MB of the page's own, {} MB in this process", heap / 1e6, memory());
}

fn report(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let (middle, longest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what}: {middle:.0} ms, at most {longest:.0} ms");
}

fn text(text: &str) -> serde_json::Value {
    json!({ "type": "text", "text": text })
}

async fn post(sim: &Sim, kind: &str, body: &serde_json::Value) {
    let (url, token, body) = (sim.api_url(), sim.channel_token(), body.to_string());
    let request = format!(
        "POST /v2/bot/message/{kind} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        token.expose(),
        body.len()
    );
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 202"), "{answer}");
}

/// The megabytes that this process holds, the simulator among them.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1000
}
