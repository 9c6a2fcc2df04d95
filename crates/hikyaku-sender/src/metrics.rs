//! Numbers for Prometheus.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    sync::{Mutex, PoisonError},
};

use crate::{Lane, Overview, Time};

/// What the workers of this program count, by channel.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<String, OfChannel>>);

#[derive(Clone, Debug, Default)]
struct OfChannel {
    /// By lane, and by what came of them.
    sends: BTreeMap<(Lane, &'static str), u64>,
    /// How far the store's clock is ahead of LINE's, in seconds.
    clock_ahead: Option<i64>,
}

impl Metrics {
    /// A worker has this channel.
    pub(crate) fn begin(&self, channel: &str) {
        self.of(channel, |_| {});
    }

    /// One request to send was answered, or was not.
    pub(crate) fn count(&self, channel: &str, lane: Lane, result: &'static str) {
        self.of(channel, |of| *of.sends.entry((lane, result)).or_default() += 1);
    }

    pub(crate) fn clock_ahead(&self, channel: &str, seconds: i64) {
        self.of(channel, |of| of.clock_ahead = Some(seconds));
    }

    /// The channels that workers of this program have.
    pub(crate) fn channels(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn of(&self, channel: &str, change: impl FnOnce(&mut OfChannel)) {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match channels.get_mut(channel) {
            Some(of) => change(of),
            None => change(channels.entry(channel.to_owned()).or_default()),
        }
    }
}

/// A store at a glance and what this program's workers have done, in Prometheus's text format.
pub(crate) fn text(overview: &Overview, metrics: &Metrics) -> String {
    let channels = metrics.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut text = Text(String::new());
    text.store(overview);
    text.program(&channels);
    text.0
}

struct Text(String);

impl Text {
    fn store(&mut self, overview: &Overview) {
        let Overview { now, deliveries, lanes, quotas } = overview;
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
    }

    fn program(&mut self, channels: &BTreeMap<String, OfChannel>) {
        let name = "hikyaku_sends_total";
        self.family(name, "counter", "Requests of this program to send, by what came of them.");
        for (channel, of) in channels {
            for ((lane, result), count) in &of.sends {
                let [channel, kind] = of_lane(channel, *lane);
                self.sample(name, &[channel, kind, ("result", result)], count);
            }
        }
        let name = "hikyaku_clock_ahead_seconds";
        self.family(name, "gauge", "How far the store's clock is ahead of LINE's.");
        for (channel, of) in channels {
            if let Some(ahead) = of.clock_ahead {
                self.sample(name, &[("channel", channel)], ahead);
            }
        }
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

fn of_lane(channel: &str, lane: Lane) -> [(&str, &str); 2] {
    [("channel", channel), ("kind", lane.name())]
}

/// From the one to the other; none where that is in the future.
fn seconds(later: Time, earlier: Time) -> f64 {
    later.since(earlier).as_secs_f64()
}
