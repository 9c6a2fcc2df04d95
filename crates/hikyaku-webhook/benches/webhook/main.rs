//! Verify and read, against the floor: what no typed reader over `serde_json` can go below. Then the router.
//!
//! `cargo bench -p hikyaku-webhook`; the figures are in `docs/performance.md`.

#[expect(
    dead_code,
    clippy::struct_field_names,
    reason = "LINE's names, and to read the fields is all that is measured"
)]
mod floor;
mod mixed;

use std::{
    fmt::Write as _,
    hint::black_box,
    task::{Context as Task, Poll, Waker},
    time::{Instant, SystemTime},
};

use criterion::{BatchSize, Criterion, Throughput, criterion_group};
use hikyaku_model::{ChannelSecret, event::Str};
use hikyaku_webhook::{Router, Verifier, Webhook, sign};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";

/// A body of text messages as LINE sends them, in the order of its fields.
fn body(events: usize) -> String {
    let mut body = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":["#.to_owned();
    for i in 0..events {
        let comma = if i == 0 { "" } else { "," };
        write!(
            body,
            r#"{comma}{{"type":"message","message":{{"type":"text","id":"4686{i:014}","quoteToken":"IStG5h1Tz7bsUxKJ5Nr8gVwaVvZ3tUG5pFCyYBpAw8uo7FMCYJEO4oBtQYTvMlbm8jA1QvSFq6kXIGLfRNlJ4iOUxCyaH3cQ9mdj0KcG2n8","markAsReadToken":"eyJraWQiOiIxIn0.{i:08}","text":"Good morning, おはようございます {i}"}},"webhookEventId":"01HM{i:022}","deliveryContext":{{"isRedelivery":false}},"timestamp":17053{i:08},"source":{{"type":"user","userId":"U4af4980629e0b1a2c3d4e5f6{i:08x}"}},"replyToken":"757913772c4646b784d4b7ce{i:08x}","mode":"active"}}"#
        )
        .expect("a String takes all");
    }
    body.push_str("]}");
    body
}

fn verify_and_read(criterion: &mut Criterion) {
    let secret = ChannelSecret::new(SECRET).expect("a secret");
    let verifier = Verifier::new(&secret);
    for (kind, bodies) in [("texts", texts as fn(usize) -> Vec<String>), ("mixed", mixed::bodies)] {
        for events in [1, 5, 100] {
            let bodies = signed(&secret, bodies(events));
            let mut group = criterion.benchmark_group(format!("webhook/{kind}/{events}"));
            group.throughput(Throughput::Bytes(
                bodies.iter().map(|(_, body)| body.len() as u64).sum(),
            ));
            group.bench_function("floor", |bencher| {
                bencher.iter(|| each(&verifier, &bodies, floor::read));
            });
            group.bench_function("borrow", |bencher| {
                bencher.iter(|| each(&verifier, &bodies, borrow));
            });
            group.bench_function("parse", |bencher| {
                bencher.iter(|| each(&verifier, &bodies, parse));
            });
            group.finish();
        }
    }
}

fn texts(events: usize) -> Vec<String> {
    vec![body(events)]
}

/// Bodies, each with its signature.
fn signed(secret: &ChannelSecret, bodies: Vec<String>) -> Vec<(String, String)> {
    bodies.into_iter().map(|body| (sign(secret, body.as_bytes()), body)).collect()
}

fn each<'a, T>(verifier: &Verifier, bodies: &'a [(String, String)], read: impl Fn(&'a [u8]) -> T) {
    for (signature, body) in bodies {
        verifier.verify(&**signature, black_box(body.as_bytes())).expect("signed");
        black_box(read(body.as_bytes()));
    }
}

fn borrow(body: &[u8]) -> Webhook<Str<'_>> {
    Webhook::borrow(body).expect("a webhook")
}

fn parse(body: &[u8]) -> Webhook {
    Webhook::parse(body).expect("a webhook")
}

// Which HMAC: RustCrypto's with the key made ready once, the same made anew each time, ring's made ready once.
fn hmac(criterion: &mut Criterion) {
    let ready = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
    let ring = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    for events in [1, 5, 100] {
        let body = body(events);
        let body = body.as_bytes();
        let mut group = criterion.benchmark_group(format!("hmac/{events}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("rustcrypto", |bencher| {
            bencher.iter(|| ready.clone().chain_update(black_box(body)).finalize().into_bytes());
        });
        group.bench_function("rustcrypto-new-key", |bencher| {
            bencher.iter(|| {
                let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
                key.chain_update(black_box(body)).finalize().into_bytes()
            });
        });
        group.bench_function("ring", |bencher| {
            bencher.iter(|| ring::hmac::sign(&ring, black_box(body)));
        });
        group.finish();
    }
}

/// What a router takes for an event: with the default handler alone, and with 100 routes of which only the last fits.
fn router(criterion: &mut Criterion) {
    const EVENTS: usize = 100;
    let webhook = Webhook::parse(body(EVENTS).as_bytes()).expect("a webhook");
    let few = || Router::new(()).fallback(async |_| {});
    let mut many = few();
    for route in 0..33 {
        many = many
            .on_text(format!("Good morning, {route}"), async |_| {})
            .on_text_prefix(format!("Good morning, {route}"), async |_| {})
            .on_postback(format!("action={route}"), async |_| {});
    }
    many = many.on_text_prefix("Good morning", async |_| {});
    let mut group = criterion.benchmark_group("router");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for (name, router) in [("default", few()), ("100-routes", many)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || webhook.clone(),
                |webhook| {
                    let mut handled =
                        std::pin::pin!(router.handle(webhook, SystemTime::UNIX_EPOCH));
                    match handled.as_mut().poll(&mut Task::from_waker(Waker::noop())) {
                        Poll::Ready(outcomes) => outcomes,
                        Poll::Pending => unreachable!("nothing waits"),
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// The fastest of many rounds that take turns: what a machine that is busy with other things tells most truly.
#[expect(clippy::print_stdout, reason = "this is what the benchmark is for")]
fn print_ratios() {
    let secret = ChannelSecret::new(SECRET).expect("a secret");
    let verifier = Verifier::new(&secret);
    println!("what  | events | floor, ns | borrow, ns | parse, ns");
    for (kind, bodies) in [("texts", texts as fn(usize) -> Vec<String>), ("mixed", mixed::bodies)] {
        for events in [1, 5, 100] {
            let bodies = signed(&secret, bodies(events));
            let times = 2000 / (events * bodies.len()) + 20;
            let mut fastest = [f64::INFINITY; 3];
            for _ in 0..400 {
                let round = [
                    nanoseconds(times, || each(&verifier, &bodies, floor::read)),
                    nanoseconds(times, || each(&verifier, &bodies, borrow)),
                    nanoseconds(times, || each(&verifier, &bodies, parse)),
                ];
                fastest = std::array::from_fn(|i| round[i].min(fastest[i]));
            }
            let count = u32::try_from(bodies.len()).expect("a few");
            let [floor, borrow, parse] = fastest.map(|all| all / f64::from(count));
            println!(
                "{kind} | {events:6} | {floor:9.0} | {borrow:.0} ({:.2}) | {parse:.0} ({:.2})",
                borrow / floor,
                parse / floor
            );
        }
    }
}

fn nanoseconds(times: usize, read: impl Fn()) -> f64 {
    let times = u32::try_from(times).expect("a few thousand");
    let begin = Instant::now();
    for _ in 0..times {
        read();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

criterion_group!(benches, verify_and_read, hmac, router);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    print_ratios();
}
