//! What an operator should know first, each with the way to the page about it.

use hikyaku_page::{
    Lang,
    html::{Html, Tag, Url},
};
use hikyaku_sender::{HoldReason, LaneOverview, Overview, State, WaitingFor};

use super::{lanes::hold_scope, month::will_exceed, number};
use crate::{
    page::{Frame, words_ago},
    words::{fill, operator as words},
};

/// How long something may be due before it is worth a word, in milliseconds.
const LATE: i64 = 60_000;

/// How long an outcome may wait for its reader, in milliseconds.
const UNTOLD: i64 = 10 * 60_000;

/// Something that needs an operator, or was done by one and is easily forgotten.
#[derive(Debug)]
struct Matter {
    text: String,
    page: Option<Url>,
    is_bad: bool,
}

/// Draws what needs attention; that all is well where nothing does.
pub(super) fn attention(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    let matters = matters(frame.lang, overview);
    if matters.is_empty() {
        html.element(Tag::P).class("note").class("note-good").text(words::all_well(frame.lang));
        return;
    }
    html.element(Tag::Ul).class("alerts").body(|html| {
        for Matter { text, page, is_bad } in &matters {
            html.element(Tag::Li).body(|html| {
                let Some(page) = page else { return };
                let link = html.element(Tag::A).class("alert");
                link.class_some(is_bad.then_some("alert-bad")).leads_to(page).text(text);
            });
        }
    });
}

/// The gravest first: what stands still, what failed, what is late, and what people have stopped.
fn matters(lang: Lang, overview: &Overview) -> Vec<Matter> {
    let now = overview.now.as_millis();
    let mut matters = Vec::new();
    let mut add = |text: String, page: Option<Url>, is_bad: bool| {
        matters.push(Matter { text, page, is_bad });
    };
    for lane in &overview.lanes {
        if let Some((reason, until)) = lane.hold {
            let (name, left) = (name(lane), (until.as_millis() - now).max(0));
            let minutes = (left + 59_999) / 60_000;
            let why = why(lang, Some(WaitingFor::Hold(reason)));
            let values = [("lane", name.as_str()), ("why", why), ("n", &minutes.to_string())];
            add(fill(words::line_held(lang), &values), Url::path("/operator/lanes"), true);
        }
    }
    for quota in overview.quotas.iter().filter(|quota| will_exceed(quota, now)) {
        let values = [("channel", quota.channel.as_str())];
        add(
            fill(words::month_short(lang), &values),
            deliveries(&[("state", "accepted"), ("channel", &quota.channel)]),
            true,
        );
    }
    for (state, text) in
        [(State::Rejected, words::are_rejected(lang)), (State::Unknown, words::are_unknown(lang))]
    {
        let count = overview.count(state);
        if count > 0 {
            add(number(text, &count), deliveries(&[("state", state.name())]), true);
        }
    }
    for lane in overview.lanes.iter().filter(|lane| lane.waiting > 0 && lane.hold.is_none()) {
        let Some(due) = lane.next_due.filter(|due| now - due.as_millis() > LATE) else { continue };
        let (name, count) = (name(lane), lane.waiting.to_string());
        let values = [
            ("lane", name.as_str()),
            ("n", &count),
            ("since", &words_ago(lang, now, due.as_millis())),
            ("why", why(lang, lane.waiting_for)),
        ];
        let is_stopped = lane.waiting_for == Some(WaitingFor::Release);
        let page = deliveries(&[("state", State::Ready.name()), ("channel", &lane.channel)]);
        add(fill(words::are_late(lang), &values), page, !is_stopped);
    }
    for hold in &overview.holds {
        let scope = hold_scope(hold);
        let scope = if scope.is_empty() { words::everything(lang) } else { &scope };
        let values = [("scope", scope), ("reason", &hold.reason)];
        add(fill(words::is_held(lang), &values), Url::path("/operator/lanes"), false);
    }
    for budget in overview.budgets.iter().filter(|budget| budget.used_up) {
        let values = [("key", budget.fairness_key.as_str())];
        add(fill(words::budget_gone(lang), &values), Url::path("/operator/keys"), false);
    }
    for place in &overview.outcome_cursors {
        if let Some(oldest) = place.oldest.filter(|it| now - it.as_millis() > UNTOLD) {
            let since = words_ago(lang, now, oldest.as_millis());
            let count = place.behind.to_string();
            let values = [("name", place.name.as_str()), ("n", &count), ("since", &since)];
            add(fill(words::are_untold(lang), &values), Url::path("/operator/outcomes"), false);
        }
    }
    matters
}

fn name(lane: &LaneOverview) -> String {
    format!("{}/{}", lane.channel, lane.lane)
}

fn deliveries(search: &[(&str, &str)]) -> Option<Url> {
    Url::query("/operator/deliveries", search)
}

/// Why something waits, as a part of a sentence.
fn why(lang: Lang, reason: Option<WaitingFor>) -> &'static str {
    match reason {
        Some(WaitingFor::Rate | WaitingFor::Hold(HoldReason::Rate)) => words::why_rate(lang),
        Some(WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota)) => words::why_quota(lang),
        Some(WaitingFor::Hold(HoldReason::Unauthorized)) => words::why_unauthorized(lang),
        Some(WaitingFor::Hold(HoldReason::LineDown)) => words::why_line_down(lang),
        Some(WaitingFor::Release) => words::why_hold(lang),
        Some(WaitingFor::Budget) => words::why_budget(lang),
        _ => words::why_else(lang),
    }
}
