//! What it costs to check, to write and to copy messages.
//!
//! `send/prepared` is a whole request body with prepared messages in it, to be compared with `send/memcpy`, a plain
//! copy of the same bytes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hikyaku_model::{
    Action, Check, Message, PreparedMessages,
    flex::{
        self, Bubble, BubbleSize, Button, ButtonStyle, Carousel, Image, Size, Space, Text, Weight,
    },
};
use serde::Serialize;

#[derive(Serialize)]
struct Push<'a, M> {
    to: &'a str,
    messages: M,
}

const TO: &str = "U0123456789abcdef0123456789abcdef";

/// A carousel of products whose JSON has 24 KB.
fn carousel() -> Message {
    let row = |name: String, price: String| {
        flex::Box::horizontal([
            Text::new(name).size(Size::Sm).color("#555555").flex(0),
            Text::new(price).size(Size::Sm).color("#111111").weight(Weight::Bold),
        ])
        .margin(Space::Md)
    };
    let bubble = |number: usize| {
        let rows = (0..9).map(|line| row(format!("商品 {number}-{line}"), format!("¥{line},980")));
        Bubble::new()
            .size(BubbleSize::Kilo)
            .hero(
                Image::new("https://example.com/product.png")
                    .size(Size::Full)
                    .aspect_ratio("20:13"),
            )
            .body(flex::Box::vertical(rows.collect::<Vec<_>>()).spacing(Space::Sm))
            .footer(flex::Box::vertical([
                Button::new(Action::uri("買う", "https://example.com/buy"))
                    .style(ButtonStyle::Primary),
                Button::new(Action::postback("あとで", "later=1")),
            ]))
    };
    Message::flex("おすすめ", Carousel::new((0..10).map(bubble)))
}

fn prepared(criterion: &mut Criterion) {
    let messages = [carousel()];
    let prepared = PreparedMessages::new(&messages).expect("the carousel keeps all limits");
    let bytes = prepared.as_json().len();
    assert!((23_000..26_000).contains(&bytes), "{bytes} bytes are not about 24 KB");

    let mut check = criterion.benchmark_group("check");
    let text = Message::text("hello, こんにちは");
    check.bench_function("text", |bencher| bencher.iter(|| text.validate().is_ok()));
    check.bench_function("carousel", |bencher| bencher.iter(|| messages[0].validate().is_ok()));
    check.finish();

    let mut send = criterion.benchmark_group("send");
    send.throughput(Throughput::Bytes(bytes as u64));
    send.bench_function("serialise", |bencher| {
        bencher.iter(|| serde_json::to_vec(&Push { to: TO, messages: &messages }));
    });
    send.bench_function("prepared", |bencher| {
        bencher.iter(|| {
            let mut body = Vec::with_capacity(prepared.as_json().len() + 64);
            serde_json::to_writer(&mut body, &Push { to: TO, messages: &prepared }).map(|()| body)
        });
    });
    send.bench_function("memcpy", |bencher| {
        bencher.iter(|| {
            let mut body = Vec::with_capacity(prepared.as_json().len() + 64);
            body.extend_from_slice(prepared.as_json().as_bytes());
            body
        });
    });
    send.finish();
}

criterion_group!(benches, prepared);
criterion_main!(benches);
