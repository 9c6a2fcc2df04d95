//! Numbers for Prometheus.

use std::future::pending;

use hikyaku_sender::{Limits, NewDelivery};
use hikyaku_sim::FaultRule;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::line,
};

on_every_store![the_numbers_tell_what_waits_and_what_was_sent];

async fn the_numbers_tell_what_waits_and_what_was_sent(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(100, 40);
    let push = ("POST", "/v2/bot/message/push");
    sim.fault(FaultRule::answer(500).on(push.0, push.1).times(1)).unwrap();
    for n in 0..3 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    let tomorrow = bench.clock.now() + std::time::Duration::from_secs(24 * 60 * 60);
    bench.outbox.enqueue(NewDelivery::push(user(9), "later").at(tomorrow)).await.unwrap();
    let worker = bench.outbox.worker().channel("a \"b\"\n", client.clone());
    worker.until_idle().run(pending()).await.unwrap();
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    let stop = async {
        sim.wait_for(2).await.unwrap();
    };
    worker.run(stop).await.unwrap();
    bench.clock.advance(std::time::Duration::from_secs(30));
    let text = bench.outbox.metrics().await.unwrap();
    for line in [
        "# TYPE hikyaku_outbox_deliveries gauge",
        r#"hikyaku_outbox_deliveries{state="ready"} 2"#,
        r#"hikyaku_outbox_deliveries{state="accepted"} 2"#,
        r#"hikyaku_outbox_speed_ratio{channel="default",kind="push"} 1"#,
        r#"hikyaku_outbox_quota_messages{channel="default"} 100"#,
        r#"hikyaku_outbox_quota_used_messages{channel="default"} 42"#,
        r#"hikyaku_outbox_quota_used_messages{channel="a \"b\"\n"} 40"#,
        "# TYPE hikyaku_sends_total counter",
        r#"hikyaku_sends_total{channel="default",kind="push",result="accepted"} 2"#,
        r#"hikyaku_sends_total{channel="default",kind="push",result="transient"} 1"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(!text.contains("kind=\"broadcast\""), "a lane that nobody used: {text}");
    let overdue = "hikyaku_outbox_overdue_seconds{channel=\"default\",kind=\"push\"} ";
    let overdue = text.lines().find_map(|line| line.strip_prefix(overdue)).unwrap();
    assert!((25.0..=30.0).contains(&overdue.parse::<f64>().unwrap()), "{overdue}");
    // Every line is a comment or a sample, and nobody is named.
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        name.starts_with("hikyaku_") && name.ends_with('}') && value.parse::<f64>().is_ok()
    };
    assert!(text.lines().all(|line| line.starts_with("# ") || sample(line)), "{text}");
    assert!(!text.contains(&user(0)) && text.ends_with('\n'));
}
