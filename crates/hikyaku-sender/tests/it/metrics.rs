//! Numbers for Prometheus.

use std::{collections::BTreeMap, future::pending, time::Duration};

use hikyaku_sender::{Limits, NewDelivery};
use hikyaku_sim::FaultRule;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    the_numbers_tell_what_waits_and_what_was_sent,
    histograms_count_what_counters_count,
];

/// Prometheus's text format, read as strictly as its own parser does.
///
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    /// Names with their types.
    pub(crate) families: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

impl Exposition {
    pub(crate) fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut family = String::new();
        let mut helped = String::new();
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                help.split_once(' ').unwrap().0.clone_into(&mut helped);
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(name, helped, "help and type belong together");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
                let known = read.families.insert(name.to_owned(), kind.to_owned());
                assert_eq!(known, None, "a family stands in one place");
                name.clone_into(&mut family);
            } else {
                let sample = Sample::read(line);
                let ends: &[&str] = match read.families[&family].as_str() {
                    "histogram" => &["_bucket", "_sum", "_count"],
                    _ => &[""],
                };
                let end = sample.name.strip_prefix(family.as_str());
                assert!(end.is_some_and(|end| ends.contains(&end)), "{line} in {family}");
                let twice = |it: &&Sample| it.name == sample.name && it.labels == sample.labels;
                assert!(!read.samples.iter().any(|it| twice(&it)), "twice: {line}");
                read.samples.push(sample);
            }
        }
        read.check_histograms();
        read
    }

    /// Buckets grow up to `+Inf`, which is the count.
    fn check_histograms(&self) {
        for (family, _) in self.families.iter().filter(|(_, kind)| *kind == "histogram") {
            for (labels, count) in self.of(&format!("{family}_count")) {
                let buckets = self.samples.iter().filter(|it| {
                    let mut others = it.labels.clone();
                    others.remove("le");
                    it.name == format!("{family}_bucket") && others == *labels
                });
                let number = |it: &Sample| match it.labels["le"].as_str() {
                    "+Inf" => f64::INFINITY,
                    end => end.parse().unwrap(),
                };
                let buckets: Vec<_> = buckets.map(|it| (number(it), it.value)).collect();
                assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{buckets:?}");
                assert_eq!(buckets.last(), Some(&(f64::INFINITY, count)));
                assert!(self.of(&format!("{family}_sum")).any(|(it, _)| it == labels));
            }
        }
    }

    pub(crate) fn of(&self, name: &str) -> impl Iterator<Item = (&BTreeMap<String, String>, f64)> {
        let samples = self.samples.iter().filter(move |it| it.name == name);
        samples.map(|it| (&it.labels, it.value))
    }

    fn all(&self, name: &str) -> Vec<(BTreeMap<String, String>, f64)> {
        self.of(name).map(|(labels, value)| (labels.clone(), value)).collect()
    }
}

impl Sample {
    fn read(line: &str) -> Self {
        let word = |text: &str| {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_word)
        };
        let (name, rest) = line.split_once('{').expect(line);
        assert!(word(name), "{line}");
        let mut labels = BTreeMap::new();
        let mut rest = rest;
        loop {
            let (label, text) = rest.split_once("=\"").expect(line);
            assert!(word(label), "{line}");
            let (mut value, mut chars) = (String::new(), text.char_indices());
            rest = loop {
                match chars.next().expect(line) {
                    (end, '"') => break &text[end + 1..],
                    (_, '\\') => value.push(match chars.next().expect(line).1 {
                        'n' => '\n',
                        c @ ('"' | '\\') => c,
                        c => panic!("\\{c} in {line}"),
                    }),
                    (_, c) => value.push(c),
                }
            };
            assert_eq!(labels.insert(label.to_owned(), value), None, "{line}");
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        let value = rest.strip_prefix("} ").expect(line).parse().expect(line);
        Self { name: name.to_owned(), labels, value }
    }
}

async fn histograms_count_what_counters_count(bench: Bench) {
    let (sim, client) = line().await;
    let push = ("POST", "/v2/bot/message/push");
    sim.fault(FaultRule::answer(403).on(push.0, push.1).times(1)).unwrap();
    sim.fault(FaultRule::answer(500).on("POST", "/v2/bot/message/multicast").times(2)).unwrap();
    for n in 0..4 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    bench.outbox.enqueue(NewDelivery::multicast([user(1), user(2)], "hello")).await.unwrap();
    bench.clock.advance(Duration::from_secs(20));
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    let report = work(&bench, worker.until_idle()).await;
    let read = Exposition::read(&bench.outbox.metrics().await.unwrap());
    assert_eq!(read.all("hikyaku_answer_seconds_count"), read.all("hikyaku_sends_total"));
    for histogram in ["hikyaku_delivery_seconds", "hikyaku_delivery_attempts"] {
        let counts = read.all(&format!("{histogram}_count"));
        assert_eq!(counts, read.all("hikyaku_deliveries_total"));
    }
    let of = |name: &str, kind: &str, result: &str| {
        let found = read.of(name).find(|(labels, _)| {
            labels["channel"] == "default" && labels["kind"] == kind && labels["result"] == result
        });
        found.map(|(_, value)| value)
    };
    assert_eq!((report.accepted, report.rejected), (4, 1));
    assert_eq!(of("hikyaku_deliveries_total", "push", "accepted"), Some(3.0));
    assert_eq!(of("hikyaku_deliveries_total", "push", "rejected"), Some(1.0));
    assert_eq!(of("hikyaku_deliveries_total", "multicast", "accepted"), Some(1.0));
    assert_eq!(of("hikyaku_sends_total", "multicast", "transient"), Some(2.0));
    assert_eq!(of("hikyaku_delivery_attempts_sum", "multicast", "accepted"), Some(3.0));
    // Twenty seconds before the worker began, for each of the three.
    assert!(of("hikyaku_delivery_seconds_sum", "push", "accepted") >= Some(60.0), "{read:?}");
    let results =
        |name: &str| read.of(name).map(|(it, _)| it["result"].clone()).collect::<Vec<_>>();
    assert_eq!(results("hikyaku_claim_seconds_count"), ["ok"]);
    assert_eq!(results("hikyaku_settle_seconds_count"), ["ok"]);
    let workers: Vec<_> = read.of("hikyaku_workers").map(|(_, value)| value).collect();
    assert_eq!(workers, [0.0], "the worker is gone");
}

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
    Exposition::read(&text);
    assert!(!text.contains(&user(0)) && text.ends_with('\n'));
}
