use hikyaku_page::{
    css::{Length, Property},
    html::{Html, Tag, Url},
};
use hikyaku_sender::{LaneOverview, Overview, QuotaOverview, State};
use http::StatusCode;

use super::{Looker, badge, frame, number};
use crate::{
    Error,
    answer::{Answer, page_answer},
    calendar,
    page::{Frame, ago, empty, fact, section},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

impl Site {
    /// `GET /operator`.
    pub(super) async fn overview(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let overview = self.outbox.overview().await?;
        let frame = frame(visit, who, "/operator", None);
        let now = overview.now.as_millis();
        let page = frame.draw(|html| {
            html.div("tiles").body(|html| {
                section(html, words::quota(lang), |html| {
                    if overview.quotas.is_empty() {
                        html.element(Tag::P).class("lead").text(words::no_quota(lang));
                    }
                    for quota in &overview.quotas {
                        month(html, &frame, quota, now);
                    }
                });
                section(html, words::waiting(lang), |html| waiting(html, &frame, &overview));
                section(html, words::line_health(lang), |html| health(html, &frame, &overview));
            });
            section(html, words::states(lang), |html| states(html, &frame, &overview));
        });
        Ok(page_answer(StatusCode::OK, page))
    }
}

/// A channel's month: what is gone, and what will be.
fn month(html: &mut Html, frame: &Frame<'_>, quota: &QuotaOverview, now: i64) {
    let lang = frame.lang;
    let used = quota.used.to_string();
    html.div("month").body(|html| {
        html.element(Tag::P).body(|html| {
            html.element(Tag::Strong).text(&quota.channel);
        });
        let Some(limit) = quota.limit else {
            html.element(Tag::P).text(&fill(words::quota_open(lang), &[("used", &used)]));
            return;
        };
        let values = [("used", used.as_str()), ("limit", &limit.to_string())];
        html.element(Tag::P).text(&fill(words::quota_of(lang), &values));
        let forecast = forecast(quota.used, now);
        let is_over = forecast > limit;
        html.div("meter").body(|html| {
            let share = Length::percent((ratio(quota.used, limit) * 100.0).min(100.0));
            let fill = html.div("meter-fill").class_some(is_over.then_some("meter-over"));
            fill.style(Property::Width, share).empty();
        });
        let text = if is_over { words::forecast_over } else { words::forecast_fits };
        let line = html.element(Tag::P).class(if is_over { "alarm" } else { "hint" });
        line.text(&number(text(lang), &forecast));
    });
}

/// How many messages the month will have had, if it goes on so. Its first hours tell nothing.
fn forecast(used: u64, now: i64) -> u64 {
    let share = calendar::share_of_month(now).max(1.0 / 30.0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a forecast is an estimate"
    )]
    let forecast = (used as f64 / share) as u64;
    forecast.max(used)
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar is an estimate")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn waiting(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    let lang = frame.lang;
    let waiting: u64 = overview.lanes.iter().map(|lane| lane.waiting).sum();
    html.element(Tag::Dl).class("facts").body(|html| {
        fact(html, words::waiting(lang), |html| html.text(&waiting.to_string()));
        fact(html, words::longest_due(lang), |html| {
            let due = overview.lanes.iter().filter(|lane| lane.waiting > 0);
            match due.filter_map(|lane| lane.next_due).min().filter(|due| *due <= overview.now) {
                Some(due) => ago(html, lang, overview.now.as_millis(), due.as_millis()),
                None => html.text(words::nothing_due(lang)),
            }
        });
        fact(html, words::dead_letters(lang), |html| {
            let count = overview.count(State::Rejected) + overview.count(State::Unknown);
            html.text(&count.to_string());
        });
    });
}

/// Whether LINE accepts messages.
fn health(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    let lang = frame.lang;
    let mut is_fine = true;
    html.element(Tag::Ul).class("lines").body(|html| {
        for lane in &overview.lanes {
            let LaneOverview { channel, lane: kind, hold, speed, .. } = lane;
            let name = format!("{channel}/{kind}");
            if let Some((reason, _)) = hold {
                is_fine = false;
                let values = [("lane", name.as_str()), ("reason", reason.name())];
                html.element(Tag::Li).class("alarm").text(&fill(words::line_held(lang), &values));
            } else if *speed < 0.99 {
                is_fine = false;
                let percent = format!("{:.0}", speed * 100.0);
                let values = [("lane", name.as_str()), ("n", &percent)];
                html.element(Tag::Li).text(&fill(words::line_slow(lang), &values));
            }
        }
        if is_fine {
            html.element(Tag::Li).text(words::line_fine(lang));
        }
    });
}

fn states(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    if overview.deliveries.is_empty() {
        empty(html, words::no_deliveries(frame.lang));
        return;
    }
    html.element(Tag::Ul).class("counts").body(|html| {
        for (state, count) in &overview.deliveries {
            html.element(Tag::Li).body(|html| {
                let url = Url::query("/operator/deliveries", &[("state", state.name())]);
                let Some(url) = url else { return };
                html.element(Tag::A).class("count").leads_to(&url).body(|html| {
                    html.element(Tag::Strong).text(&count.to_string());
                    badge(html, state.name());
                });
            });
        }
    });
}
