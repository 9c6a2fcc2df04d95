//! How many requests are left for each endpoint, as gauges.

use std::time::Duration;

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};
use serde_json::json;

use super::panel::{act, block, block_acts};
use crate::{
    api::ENDPOINTS,
    state::{World, holder::Holder},
};

/// How many gauges there are at most: those with the least left.
const MOST: usize = 12;

/// The rates of a channel.
#[derive(Debug)]
pub(super) struct Rates {
    is_on: bool,
    gauges: Vec<Gauge>,
}

/// What is left for an endpoint that was called.
#[derive(Debug)]
struct Gauge {
    name: String,
    left: u32,
    most: u32,
    per: Duration,
}

impl Rates {
    pub(super) fn of(world: &World, channel: usize) -> Self {
        let now = world.clock.now();
        let gauges = world.buckets(Holder::Messaging(channel)).filter_map(|(place, bucket)| {
            let endpoint = ENDPOINTS.get(place)?;
            let rate = world.rate(place, endpoint.rate)?;
            let path = endpoint.path.strip_prefix("/v2/bot/").unwrap_or(endpoint.path);
            let name = format!("{} {path}", endpoint.method);
            let (left, most) = (bucket.left(rate, now), rate.requests);
            Some(Gauge { name, left, most, per: rate.per })
        });
        let mut gauges: Vec<_> = gauges.collect();
        gauges
            .sort_by(|one, other| one.share().cmp(&other.share()).then(one.name.cmp(&other.name)));
        gauges.truncate(MOST);
        Self { is_on: world.rate_limits, gauges }
    }

    pub(super) fn draw(&self, lang: Lang, html: &mut Html) {
        block(lang.rate_limits(), "rates", html, |html| {
            let hint = match (self.is_on, &*self.gauges) {
                (false, _) => lang.rates_off(),
                (true, []) => lang.no_rates(),
                (true, _) => lang.rate_limits_hint(),
            };
            html.element(Tag::P).class("fine").text(hint);
            for gauge in &self.gauges {
                gauge.draw(html);
            }
        });
        block_acts("rate-acts", html, |html| {
            let words = if self.is_on { lang.rates_turn_off() } else { lang.rates_turn_on() };
            act(words, "PUT", "/ratelimit", Some(&json!({ "on": !self.is_on })), html);
        });
    }
}

impl Gauge {
    /// How much is left, in thousandths.
    fn share(&self) -> u64 {
        u64::from(self.left) * 1000 / u64::from(self.most.max(1))
    }

    fn draw(&self, html: &mut Html) {
        html.div("gauge").set(Attribute::DataId, &self.name).body(|html| {
            html.span("gauge-name").text(&self.name);
            let words = format!("{} / {}", grouped(self.left), grouped(self.most));
            html.span("gauge-left").text(&words);
            html.span("gauge-per").text(&period(self.per));
            html.element(Tag::Meter)
                .class("meter")
                .set(Attribute::Value, &self.left.to_string())
                .set(Attribute::Max, &self.most.to_string())
                .set(Attribute::AriaLabel, &format!("{}: {words}", self.name))
                .set_some(Attribute::DataState, (self.left == 0).then_some("bad"))
                .empty();
        });
    }
}

/// A number with its thousands apart.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time, in its largest whole unit.
fn period(per: Duration) -> String {
    let millis = per.as_millis();
    for (unit, name) in [(3_600_000, "h"), (60_000, "min"), (1000, "s")] {
        if millis >= unit && millis.is_multiple_of(unit) {
            return format!("{} {name}", millis / unit);
        }
    }
    format!("{millis} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_short() {
        let numbers = [0, 999, 1000, 2_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "2,000", "1,234,567"]);
        let times = [1, 90, 1000, 60_000, 90_000, 3_600_000].map(Duration::from_millis);
        assert_eq!(times.map(period), ["1 ms", "90 ms", "1 s", "1 min", "90 s", "1 h"]);
    }
}
