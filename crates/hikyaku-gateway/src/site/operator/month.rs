//! A channel's month: what is used, and what will be.

use hikyaku_page::{
    css::{Length, Property},
    html::{Html, Tag},
};
use hikyaku_sender::QuotaOverview;

use super::number;
use crate::{
    calendar,
    page::Frame,
    words::{fill, operator as words},
};

/// Draws the month of a channel, as far as LINE was asked about it. `now`: milliseconds since 1970.
pub(super) fn month(html: &mut Html, frame: &Frame<'_>, quota: Option<&QuotaOverview>, now: i64) {
    let lang = frame.lang;
    html.div("month").body(|html| {
        html.element(Tag::P).class("field-name").text(words::quota(lang));
        let Some(quota) = quota else {
            html.element(Tag::P).class("hint").text(words::no_quota(lang));
            return;
        };
        let used = quota.used.to_string();
        let Some(limit) = quota.limit else {
            html.element(Tag::P).text(&fill(words::quota_open(lang), &[("used", &used)]));
            return;
        };
        let values = [("used", used.as_str()), ("limit", &limit.to_string())];
        html.element(Tag::P).text(&fill(words::quota_of(lang), &values));
        let is_over = will_exceed(quota, now);
        html.div("meter").body(|html| {
            let share = Length::percent((ratio(quota.used, limit) * 100.0).min(100.0));
            let fill = html.div("meter-fill").class_some(is_over.then_some("meter-over"));
            fill.style(Property::Width, share).empty();
        });
        let text = if is_over { words::forecast_over } else { words::forecast_fits };
        let line = html.element(Tag::P).class("hint").class_some(is_over.then_some("alarm"));
        line.text(&number(text(lang), &forecast(quota.used, now)));
    });
}

/// Whether the month will need more messages than there are, if it goes on so.
pub(super) fn will_exceed(quota: &QuotaOverview, now: i64) -> bool {
    quota.limit.is_some_and(|limit| forecast(quota.used, now) > limit)
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
