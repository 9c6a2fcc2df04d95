//! The dashboard and the alerts of `deploy/` ask for what is exported, and for nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    path::Path,
    time::Duration,
};

use hikyaku_sender::{Beyond, NewDelivery, Per, State};
use hikyaku_sim::FaultRule;

use crate::{
    metrics::Exposition,
    stores::{Bench, user},
    worker::line,
};

/// Words of `PromQL` that are no metric and no label.
const WORDS: [&str; 9] =
    ["by", "on", "unless", "or", "and", "ignoring", "without", "offset", "bool"];

/// What Prometheus adds itself.
const ADDED: [&str; 3] = ["le", "job", "instance"];

/// The metrics of an expression, each with the labels that its selector names and the values that they may have, and the
/// labels that it groups by.
#[derive(Debug, Default)]
struct Expression {
    metrics: Vec<(String, Vec<(String, String)>)>,
    groups: BTreeSet<String>,
}

fn read(expression: &str) -> Expression {
    let mut read = Expression::default();
    let mut rest = expression;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let next = after.trim_start();
        let inside = |open: char, close: char| {
            let inside = next.strip_prefix(open)?;
            inside.split_once(close)
        };
        rest = if end == 0 && first == '[' {
            rest.split_once(']').expect("a range ends").1
        } else if end == 0 {
            &rest[first.len_utf8()..]
        } else if word.starts_with(|c: char| c.is_ascii_digit()) || word == "or" || word == "unless"
        {
            after
        } else if WORDS.contains(&word) {
            let (labels, after) = inside('(', ')').expect("a list of labels");
            read.groups.extend(labels.split(',').map(|label| label.trim().to_owned()));
            after
        } else if next.starts_with('(') {
            // A function, or an aggregation that names its groups first.
            after
        } else if next.starts_with("by ") {
            after
        } else if let Some((selector, after)) = inside('{', '}') {
            let matchers = selector.split(',').map(|it| {
                let (label, value) = it.split_once('=').expect("a matcher");
                let label = label.trim_end_matches('!').trim();
                (label.to_owned(), value.trim_matches(|c| "~\" ".contains(c)).to_owned())
            });
            read.metrics.push((word.to_owned(), matchers.collect()));
            after
        } else {
            read.metrics.push((word.to_owned(), Vec::new()));
            after
        };
    }
    read
}

/// Checks an expression, and gives the metrics that it names.
fn check(expression: &str, exported: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let Expression { metrics, groups } = read(expression);
    assert!(!metrics.is_empty(), "it asks for nothing: {expression}");
    let states: Vec<_> = State::ALL.iter().map(|state| state.name()).collect();
    let reasons = ["rate", "quota", "unauthorized", "line_down", "hold"];
    let mut grouped = BTreeSet::new();
    for (metric, matchers) in &metrics {
        let labels = exported.get(metric).unwrap_or_else(|| panic!("{metric} of {expression}"));
        grouped.extend(labels.iter().map(String::as_str));
        for (label, values) in matchers {
            assert!(labels.contains(label), "{label} of {metric} in {expression}");
            let known: &[&str] = match label.as_str() {
                "state" => &states,
                "reason" => &reasons,
                "result" => &["ok", "failed"],
                _ => continue,
            };
            assert!(values.split('|').all(|it| known.contains(&it)), "{values} in {expression}");
        }
    }
    for group in &groups {
        assert!(grouped.contains(group.as_str()), "{group} of {expression}");
    }
    metrics.into_iter().map(|(metric, _)| metric).collect()
}

/// Every metric with the labels of its samples, of a store in which all of them are told.
async fn exported() -> BTreeMap<String, BTreeSet<String>> {
    let bench = Bench::memory().await;
    let (sim, client) = line().await;
    sim.set_quota(100, 40);
    bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let worker = || bench.outbox.worker().channel("default", client.clone());
    worker().until_idle().run(pending()).await.unwrap();
    // For the lane's next permit.
    bench.clock.advance(Duration::from_secs(1));
    sim.fault(FaultRule::answer(401).on("POST", "/v2/bot/message/push")).unwrap();
    bench.outbox.enqueue(NewDelivery::push(user(2), "hello")).await.unwrap();
    worker().until_idle().run(pending()).await.unwrap();
    bench.clock.advance(Duration::from_secs(1));
    bench.outbox.set_budget("shop", 10, Per::Day, Beyond::Wait).await.unwrap();
    bench.outbox.outcome_cursor("shop").unwrap().read().await.unwrap();
    let exposition = Exposition::read(&bench.outbox.metrics().await.unwrap());
    let added = || ADDED.into_iter().map(str::to_owned);
    let mut exported: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for sample in &exposition.samples {
        let labels = sample.labels.keys().cloned().chain(added());
        exported.entry(sample.name.clone()).or_default().extend(labels);
    }
    for (family, kind) in &exposition.families {
        let sample = if kind == "histogram" { format!("{family}_count") } else { family.clone() };
        assert!(exported.contains_key(&sample), "the test tells nothing of {family}");
    }
    exported
}

fn deployed(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

#[tokio::test]
async fn every_alert_asks_for_what_is_exported() {
    let exported = exported().await;
    let rules = deployed("prometheus/hikyaku.rules.yml");
    let mut alerts = Vec::new();
    for rule in rules.split("- alert: ").skip(1) {
        let line =
            |key: &str| rule.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let name = rule.lines().next().unwrap();
        let expression = line("expr:").unwrap_or_else(|| panic!("{name} has no expression"));
        check(expression, &exported);
        let groups = read(expression).groups;
        // What its words name must be left in its answer.
        for label in rule.split("$labels.").skip(1) {
            let end = label.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
            assert!(groups.contains(&label[..end]), "{name} tells {}", &label[..end]);
        }
        for key in ["for:", "labels: {severity: ", "summary:"] {
            assert!(line(key).is_some_and(|it| !it.is_empty()), "{name} has no {key}");
        }
        alerts.push(name);
    }
    assert_eq!(alerts.len(), 11, "{alerts:?}");
}

#[tokio::test]
async fn every_panel_asks_for_what_is_exported() {
    let exported = exported().await;
    let dashboard: serde_json::Value =
        serde_json::from_str(&deployed("grafana/hikyaku.json")).unwrap();
    let mut asked = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{}", panel["title"]);
        for target in targets {
            let expression = target["expr"].as_str().unwrap();
            asked.extend(check(expression, &exported));
            // A curve is named after what it is grouped by.
            let groups = read(expression).groups;
            for name in target["legendFormat"].as_str().unwrap().split("{{").skip(1) {
                let name = name.split_once("}}").unwrap().0;
                assert!(groups.contains(name), "{name} of {expression}");
            }
        }
    }
    let variable = dashboard["templating"]["list"][1]["query"].as_str().unwrap();
    let metric = variable.strip_prefix("label_values(").unwrap().split_once(',').unwrap().0;
    assert!(exported[metric].contains("channel"));
    // And shows all of it.
    let family = |name: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    let shown: BTreeSet<_> = asked.iter().map(|name| family(name)).collect();
    let all: BTreeSet<_> = exported.keys().map(|name| family(name)).collect();
    assert_eq!(shown, all);
}

#[test]
fn an_expression_that_asks_for_more_is_found() {
    let labels = |labels: &[&str]| labels.iter().map(|it| (*it).to_owned()).collect();
    let exported = BTreeMap::from([("a_total".to_owned(), labels(&["channel", "state"]))]);
    let fails =
        |expression: &str| std::panic::catch_unwind(|| check(expression, &exported)).is_err();
    assert!(!fails(r#"sum by (channel) (rate(a_total{state="ready"}[5m])) > 0.5"#));
    assert!(fails("b_total > 0"));
    assert!(fails("max by (reason) (a_total)"));
    assert!(fails(r#"a_total{kind="push"}"#));
    assert!(fails(r#"a_total{state=~"ready|raedy"}"#));
    assert!(fails("1 + 1"));
}
