//! Prometheus metrics.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    Budget, Lane, Limits, Overview, State, Time, WaitingFor,
    histogram::{ByWord, Histogram, Reading, SECONDS, TIMES},
    store::step::Settled,
};

/// What the workers of this program count.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    channels: RwLock<BTreeMap<String, OfChannel>>,
    claims: ByWord<Histogram>,
    settles: ByWord<Histogram>,
}

#[derive(Debug, Default)]
struct OfChannel {
    /// How many workers have it now.
    workers: AtomicU64,
    /// How fast they may go, or might.
    limits: RwLock<Limits>,
    /// By the lanes' codes.
    lanes: [OfLane; Lane::ALL.len()],
    /// How far the store's clock is ahead of LINE's, in seconds, once that is known.
    clock_ahead: Option<AtomicI64>,
}

#[derive(Debug, Default)]
struct OfLane {
    /// How long LINE took to answer, by what came of it.
    answers: ByWord<Histogram>,
    /// What became of deliveries, by their states.
    ended: ByWord<Ended>,
}

#[derive(Debug)]
struct Ended {
    seconds: Histogram,
    attempts: Histogram,
}

/// A worker that has channels, until it is dropped.
#[derive(Debug)]
pub(crate) struct AtWork<'a> {
    metrics: &'a Metrics,
    channels: BTreeSet<String>,
}

impl Metrics {
    /// A worker begins.
    pub(crate) fn begin(&self) -> AtWork<'_> {
        AtWork { metrics: self, channels: BTreeSet::new() }
    }

    /// How fast the workers of a channel may go, or might; LINE's limits, if there was none.
    pub(crate) fn limits(&self, channel: &str) -> Limits {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        let limits = channels.get(channel).map(|of| &of.limits);
        let limits = limits.map(|it| it.read().unwrap_or_else(PoisonError::into_inner).clone());
        limits.unwrap_or_default()
    }

    /// One request to send was answered, or was not, after so long.
    pub(crate) fn answered(&self, channel: &str, lane: Lane, result: &'static str, took: Duration) {
        self.of_lane(channel, lane, |of| {
            if let Some(histogram) = of.answers.of(result, || Histogram::new(&SECONDS)) {
                histogram.note_time(took);
            }
        });
    }

    /// What became of deliveries was written down.
    pub(crate) fn settled(&self, settled: &[Settled]) {
        for it in settled.iter().filter(|it| it.has_ended()) {
            // What LINE accepts is accepted, also while it is still sending it.
            let state = if it.state == State::Tracking { State::Accepted } else { it.state };
            let new =
                || Ended { seconds: Histogram::new(&SECONDS), attempts: Histogram::new(&TIMES) };
            self.of_lane(&it.channel, Lane::of(it.kind), |of| {
                if let Some(ended) = of.ended.of(state.name(), new) {
                    ended.seconds.note_time(it.took);
                    ended.attempts.note(u64::from(it.attempts));
                }
            });
        }
    }

    /// The store gave work, or did not.
    pub(crate) fn claimed(&self, done: bool, took: Duration) {
        note(&self.claims, done, took);
    }

    /// The store took what came of some, or did not.
    pub(crate) fn wrote(&self, done: bool, took: Duration) {
        note(&self.settles, done, took);
    }

    pub(crate) fn clock_ahead(&self, channel: &str, seconds: i64) {
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        let of = channels.entry(channel.to_owned()).or_default();
        of.clock_ahead = Some(AtomicI64::new(seconds));
    }

    /// The channels that workers of this program have, or had.
    pub(crate) fn channels(&self) -> Vec<String> {
        self.channels.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn of_lane(&self, channel: &str, lane: Lane, change: impl Fn(&OfLane)) {
        self.of(channel, |of| {
            let of = usize::try_from(lane.code()).ok().and_then(|code| of.lanes.get(code));
            of.map(&change)
        });
    }

    fn of<T>(&self, channel: &str, change: impl Fn(&OfChannel) -> T) -> T {
        if let Some(of) = self.channels.read().unwrap_or_else(PoisonError::into_inner).get(channel)
        {
            return change(of);
        }
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        change(channels.entry(channel.to_owned()).or_default())
    }
}

fn note(times: &ByWord<Histogram>, done: bool, took: Duration) {
    let result = if done { "ok" } else { "failed" };
    if let Some(histogram) = times.of(result, || Histogram::new(&SECONDS)) {
        histogram.note_time(took);
    }
}

impl AtWork<'_> {
    /// The worker has these channels now, and no others, and may go so fast.
    pub(crate) fn serve<'b>(
        &mut self,
        channels: impl Iterator<Item = &'b String>,
        limits: &Limits,
    ) {
        let before = std::mem::replace(&mut self.channels, channels.cloned().collect());
        for channel in before.difference(&self.channels) {
            self.metrics.of(channel, |of| of.workers.fetch_sub(1, Ordering::Relaxed));
        }
        for channel in &self.channels {
            self.metrics.of(channel, |of| {
                if !before.contains(channel) {
                    of.workers.fetch_add(1, Ordering::Relaxed);
                }
                of.limits.write().unwrap_or_else(PoisonError::into_inner).clone_from(limits);
            });
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        for channel in &self.channels {
            self.metrics.of(channel, |of| of.workers.fetch_sub(1, Ordering::Relaxed));
        }
    }
}

/// A store at a glance and what this program's workers have done, in Prometheus's text format.
pub(crate) fn text(overview: &Overview, metrics: &Metrics) -> String {
    let mut text = Text(String::new());
    text.store(overview);
    text.program(&metrics.channels.read().unwrap_or_else(PoisonError::into_inner));
    let name = "hikyaku_claim_seconds";
    text.family(name, "histogram", "How long the store took to give work.");
    text.times(name, &metrics.claims);
    let name = "hikyaku_settle_seconds";
    text.family(name, "histogram", "How long the store took to write down what came of it.");
    text.times(name, &metrics.settles);
    text.0
}

struct Text(String);

impl Text {
    fn store(&mut self, overview: &Overview) {
        let Overview { now, deliveries, lanes, quotas, budgets, outcome_cursors, .. } = overview;
        self.family("hikyaku_outbox_deliveries", "gauge", "Deliveries in the store, by state.");
        for (state, count) in deliveries {
            self.sample("hikyaku_outbox_deliveries", &[("state", state.name())], count);
        }
        let name = "hikyaku_outbox_overdue_seconds";
        self.family(name, "gauge", "How long the delivery that is due longest has waited.");
        for lane in lanes {
            let overdue = seconds(*now, lane.next_due.unwrap_or(*now));
            self.sample(name, &of_lane(&lane.channel, lane.lane), overdue);
        }
        let name = "hikyaku_outbox_due_deliveries";
        self.family(name, "gauge", "Deliveries that are due and not on their way.");
        for lane in lanes {
            self.sample(name, &of_lane(&lane.channel, lane.lane), lane.waiting);
        }
        let name = "hikyaku_outbox_rate_per_second";
        self.family(name, "gauge", "Requests a second that a lane may send steadily now.");
        for lane in lanes {
            if let Some(per_second) = lane.per_second {
                self.sample(name, &of_lane(&lane.channel, lane.lane), per_second);
            }
        }
        let name = "hikyaku_outbox_speed_ratio";
        self.family(name, "gauge", "The share of its rate that is left to a lane after 429s.");
        for lane in lanes {
            self.sample(name, &of_lane(&lane.channel, lane.lane), lane.speed);
        }
        let name = "hikyaku_outbox_hold_seconds";
        self.family(name, "gauge", "How long a lane still stands still, and why.");
        for lane in lanes {
            if let Some((reason, until)) = lane.hold {
                let [channel, kind] = of_lane(&lane.channel, lane.lane);
                let labels = [channel, kind, ("reason", reason.name())];
                self.sample(name, &labels, seconds(until, *now));
            }
            if lane.waiting_for == Some(WaitingFor::Release) {
                let [channel, kind] = of_lane(&lane.channel, lane.lane);
                let left = lane.until.map_or(f64::INFINITY, |until| seconds(until, *now));
                self.sample(
                    name,
                    &[channel, kind, ("reason", WaitingFor::Release.name())],
                    Number(left),
                );
            }
        }
        let name = "hikyaku_outbox_quota_messages";
        self.family(name, "gauge", "Messages that the month has; none where it has no limit.");
        for quota in quotas {
            if let Some(limit) = quota.limit {
                self.sample(name, &[("channel", &quota.channel)], limit);
            }
        }
        let name = "hikyaku_outbox_quota_used_messages";
        self.family(name, "gauge", "Messages of the month that are used or on their way.");
        for quota in quotas {
            self.sample(name, &[("channel", &quota.channel)], quota.used);
        }
        let name = "hikyaku_outbox_budget_recipients";
        self.family(name, "gauge", "Recipients that a fairness key may reach in its day or month.");
        for budget in budgets {
            self.sample(name, &of_budget(budget), budget.limit);
        }
        let name = "hikyaku_outbox_budget_used_recipients";
        self.family(name, "gauge", "Recipients of those that it has reached, or may have.");
        for budget in budgets {
            self.sample(name, &of_budget(budget), budget.used);
        }
        let name = "hikyaku_outbox_outcomes_untold";
        self.family(name, "gauge", "Outcomes that a reader has not dealt with yet.");
        for place in outcome_cursors {
            self.sample(name, &[("cursor", &place.name)], place.behind);
        }
        let name = "hikyaku_outbox_outcomes_untold_seconds";
        self.family(name, "gauge", "How long the oldest of them has waited.");
        for place in outcome_cursors {
            let waited = seconds(*now, place.oldest.unwrap_or(*now));
            self.sample(name, &[("cursor", &place.name)], waited);
        }
    }

    fn program(&mut self, channels: &BTreeMap<String, OfChannel>) {
        let name = "hikyaku_workers";
        self.family(name, "gauge", "Workers of this program that have the channel now.");
        for (channel, of) in channels {
            self.sample(name, &[("channel", channel)], of.workers.load(Ordering::Relaxed));
        }
        // Read once, so that a count and its histogram never differ.
        let answers = each(channels, |of| &of.answers, Histogram::read);
        let name = "hikyaku_sends_total";
        self.family(name, "counter", "Requests of this program to send, by what came of them.");
        for (labels, answers) in &answers {
            self.sample(name, labels, answers.count);
        }
        let name = "hikyaku_answer_seconds";
        self.family(name, "histogram", "How long LINE took to answer a request to send.");
        for (labels, answers) in &answers {
            self.histogram(name, labels, answers);
        }
        let ended = each(channels, |of| &of.ended, |it| (it.seconds.read(), it.attempts.read()));
        let name = "hikyaku_deliveries_total";
        self.family(name, "counter", "Deliveries that workers of this program have ended.");
        for (labels, (seconds, _)) in &ended {
            self.sample(name, labels, seconds.count);
        }
        let name = "hikyaku_delivery_seconds";
        self.family(name, "histogram", "From the commit of a delivery to its end.");
        for (labels, (seconds, _)) in &ended {
            self.histogram(name, labels, seconds);
        }
        let name = "hikyaku_delivery_attempts";
        self.family(name, "histogram", "Attempts of a delivery up to its end.");
        for (labels, (_, attempts)) in &ended {
            self.histogram(name, labels, attempts);
        }
        let name = "hikyaku_clock_ahead_seconds";
        self.family(name, "gauge", "How far the store's clock is ahead of LINE's.");
        for (channel, of) in channels {
            if let Some(ahead) = &of.clock_ahead {
                self.sample(name, &[("channel", channel)], ahead.load(Ordering::Relaxed));
            }
        }
    }

    fn times(&mut self, name: &str, times: &ByWord<Histogram>) {
        for (result, histogram) in times.iter() {
            self.histogram(name, &[("result", result)], &histogram.read());
        }
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], reading: &Reading) {
        let bucket = format!("{name}_bucket");
        let ends = reading.buckets.iter().map(|(end, below)| (end.to_string(), *below));
        for (end, below) in ends.chain([("+Inf".to_owned(), reading.count)]) {
            let labels: Vec<_> = labels.iter().copied().chain([("le", end.as_str())]).collect();
            self.sample(&bucket, &labels, below);
        }
        self.sample(&format!("{name}_sum"), labels, reading.sum);
        self.sample(&format!("{name}_count"), labels, reading.count);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let _ = write!(self.0, "{}{label}=\"{text}\"", if index == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "}} {value}");
    }
}

/// As Prometheus writes what has no end.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_infinite() { f.write_str("+Inf") } else { self.0.fmt(f) }
    }
}

/// A channel, a kind and a result.
type Labels<'a> = [(&'a str, &'a str); 3];

/// What is read of each of something that lanes have by the words for what came of it.
fn each<'a, T: 'a, R>(
    channels: &'a BTreeMap<String, OfChannel>,
    of: impl Fn(&'a OfLane) -> &'a ByWord<T>,
    read: impl Fn(&'a T) -> R,
) -> Vec<(Labels<'a>, R)> {
    let mut found = Vec::new();
    for (channel, it) in channels {
        for (lane, it) in Lane::ALL.iter().zip(&it.lanes) {
            let [channel, kind] = of_lane(channel, *lane);
            let words = of(it).iter();
            found.extend(words.map(|(result, it)| ([channel, kind, ("result", result)], read(it))));
        }
    }
    found
}

fn of_lane(channel: &str, lane: Lane) -> [(&str, &str); 2] {
    [("channel", channel), ("kind", lane.name())]
}

fn of_budget(budget: &Budget) -> [(&str, &str); 2] {
    [("key", &budget.fairness_key), ("per", budget.per.name())]
}

/// From the one to the other; none where that is in the future.
fn seconds(later: Time, earlier: Time) -> f64 {
    later.since(earlier).as_secs_f64()
}
