//! The panel about what a test turns: faults, the clock, the quota and rates.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    asked::Asked,
    panel::{act, block, block_acts},
    rates::Rates,
};
use crate::{
    clock::ClockMode,
    state::{World, quota},
};

/// How the simulator is set.
#[derive(Debug)]
pub(super) struct Controls {
    /// The rules, as the control API has them.
    faults: Vec<Value>,
    now: Timestamp,
    mode: ClockMode,
    limit: Option<u64>,
    used: u64,
    rates: Rates,
}

/// Faults that people want most: a word for each, and the rule as the control API takes it.
fn usual(lang: Lang) -> [(&'static str, Value); 4] {
    [
        (lang.fault_500(), json!({ "match": { "count": 1 }, "do": { "status": 500 } })),
        (lang.fault_429(), json!({ "match": { "count": 3 }, "do": { "status": 429 } })),
        (lang.fault_lost(), json!({ "match": { "count": 1 }, "do": { "drop": "after_accept" } })),
        (lang.fault_slow(), json!({ "match": {}, "do": { "delay": "2s" } })),
    ]
}

/// How far the clock can be set forward at once.
const STEPS: [(&str, &str); 3] = [("+1 min", "1m"), ("+1 h", "1h"), ("+24 h", "24h")];

impl Controls {
    pub(super) fn of(world: &mut World, channel: usize) -> Self {
        let now = world.clock.now();
        let rates = Rates::of(world, channel);
        let quota = &mut world.channels[channel].quota;
        let (limit, used) = (quota.limit(), quota.used(now));
        let faults = world.faults.iter();
        Self {
            faults: faults.filter_map(|rule| serde_json::to_value(rule).ok()).collect(),
            now,
            mode: world.clock.mode(),
            limit,
            used,
            rates,
        }
    }

    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let lang = asked.lang;
        self.draw_banner(lang, html);
        html.div("controls").set(Attribute::DataPart, "controls").body(|html| {
            self.draw_faults(lang, html);
            self.draw_clock(asked, html);
            self.draw_quota(lang, html);
            self.rates.draw(lang, html);
        });
    }

    /// Above everything while there are faults, so that nobody wonders.
    fn draw_banner(&self, lang: Lang, html: &mut Html) {
        html.div("banner").set(Attribute::DataPart, "banner").body(|html| {
            let active = self.faults.iter().filter(|rule| !is_spent(rule)).count();
            if active == 0 {
                return;
            }
            let words = format!("{}: {active}", lang.faults_active());
            let notice = html.element(Tag::P).class("banner-words").set(Attribute::DataId, "words");
            notice.set(Attribute::Role, "status").text(&words);
            act(lang.clear_faults(), "DELETE", "/faults", None, html);
        });
    }

    fn draw_faults(&self, lang: Lang, html: &mut Html) {
        block(lang.faults(), "faults", html, |html| {
            html.element(Tag::P).class("fine").text(lang.faults_hint());
            for rule in &self.faults {
                html.div("fault").body(|html| {
                    html.element(Tag::Code).class("fault-rule").text(&rule.to_string());
                    if let Some(id) = rule.get("id").and_then(Value::as_str) {
                        act(lang.remove(), "DELETE", &format!("/faults/{id}"), None, html);
                    }
                });
            }
            html.div("choices").body(|html| {
                for (words, rule) in usual(lang) {
                    act(words, "POST", "/faults", Some(&rule), html);
                }
            });
        });
    }

    fn draw_clock(&self, asked: &Asked, html: &mut Html) {
        let lang = asked.lang;
        block(lang.clock(), "clock", html, |html| {
            let words = match self.mode {
                ClockMode::Wall => lang.clock_wall(),
                ClockMode::Offset(_) => lang.clock_offset(),
                ClockMode::Fixed(_) => lang.clock_fixed(),
            };
            html.element(Tag::P).class("reading").body(|html| {
                html.element(Tag::Time).class("reading-value").text(&asked.moment(self.now));
                html.span("fine").text(words);
            });
        });
        // Apart from the time, which is drawn anew every second.
        block_acts("clock-acts", html, |html| {
            for (words, by) in STEPS {
                act(words, "POST", "/clock/advance", Some(&json!({ "by": by })), html);
            }
            for (words, at) in [
                (lang.clock_day(), quota::next_day(self.now)),
                (lang.clock_month(), quota::next_month(self.now)),
            ] {
                // Not how long that is: a button that changes every second cannot be pressed.
                clock_act(words, "clock-to", &at.to_string(), html);
            }
            if !matches!(self.mode, ClockMode::Fixed(_)) {
                clock_act(lang.clock_pause(), "clock-pause", "", html);
            }
            act(lang.clock_back(), "PUT", "/clock", Some(&json!({ "mode": "wall" })), html);
        });
    }

    fn draw_quota(&self, lang: Lang, html: &mut Html) {
        block(lang.quota(), "quota", html, |html| {
            let limit = self.limit.map_or_else(|| "∞".to_owned(), |limit| limit.to_string());
            html.element(Tag::P).class("reading").body(|html| {
                html.span("reading-value").text(&format!("{} / {limit}", self.used));
                html.span("fine").text(lang.quota_used());
            });
            html.div("choices").body(|html| {
                let limit = self.limit.unwrap_or(self.used.max(200));
                let used_up = json!({ "limit": limit, "used": limit });
                act(lang.quota_use_up(), "PUT", "/quota", Some(&used_up), html);
                let free = json!({ "limit": 200, "used": 0 });
                act(lang.quota_200(), "PUT", "/quota", Some(&free), html);
                let none = json!({ "limit": null, "used": 0 });
                act(lang.quota_none(), "PUT", "/quota", Some(&none), html);
            });
        });
    }
}

/// Whether a rule has hit as many requests as it may.
fn is_spent(rule: &Value) -> bool {
    let most = rule.pointer("/match/count").and_then(Value::as_u64);
    most.is_some_and(|most| rule.get("hits").and_then(Value::as_u64) >= Some(most))
}

/// A button that asks for the simulator's time before it sets it.
fn clock_act(words: &str, does: &str, to: &str, html: &mut Html) {
    let button = html.element(Tag::Button).class("quiet").plain_button();
    let button = button.set(Attribute::DataId, words).set(Attribute::DataDo, does);
    button.set(Attribute::DataTo, to).text(words);
}
