//! What it costs to draw a carousel of 50 KB, LINE's most.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hikyaku_model::flex::{
    Box, Bubble, Button, Carousel, Container, Image, Separator, Size, Space, Text, Weight,
};
use hikyaku_page::Look;

fn carousel() -> Container {
    let row = |name: String| {
        Box::horizontal((
            Text::new(name).size(Size::Sm).color("#555555").flex(0),
            Text::new("¥1,280").size(Size::Sm).color("#111111").weight(Weight::Bold).align("end"),
        ))
        .margin(Space::Md)
    };
    let bubble = |index: usize| {
        let mut body = Box::vertical([Text::new(format!("Shop {index}")).size(Size::Xl)]);
        for item in 0..16 {
            body = body.child(row(format!("A thing <{item}>")));
        }
        Bubble::new()
            .hero(Image::new("https://example.com/a.png").size(Size::Full).aspect_ratio("20:13"))
            .body(body.child(Separator::new()))
            .footer(Box::vertical([Button::new(hikyaku_model::Action::postback("Buy", "buy"))]))
    };
    Carousel::new((0..12).map(bubble)).into()
}

fn draw(criterion: &mut Criterion) {
    let carousel = carousel();
    let bytes = serde_json::to_vec(&carousel).map_or(0, |json| json.len());
    let mut group = criterion.benchmark_group("draw");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("carousel", |bencher| {
        bencher.iter(|| hikyaku_page::flex(&carousel, &Look::default(), ""));
    });
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
