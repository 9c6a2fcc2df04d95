use std::iter;

use hikyaku_page::html::{Html, Tag, Url};
use hikyaku_sender::{Hold, Lane, LaneOverview, NewHold, Overview, State};

use super::{
    Deed, Looker, answered, badge, cell, cell_with, frame, or_dash, reason, table, told,
    wrong_field,
};
use crate::{
    Error,
    answer::{Answer, see_other},
    page::{Frame, ago, button, empty, field, hidden, section, select},
    site::{Site, visit::Visit},
    words::operator as words,
};

impl Site {
    /// `GET /operator/lanes`, and what is wrong about what was asked for.
    pub(super) async fn lanes(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let overview = self.outbox.overview().await?;
        let known = [("held", words::told_held(lang)), ("released", words::told_released(lang))];
        let frame = frame(visit, who, "/operator/lanes", told(visit, wrong, &known));
        let now = overview.now.as_millis();
        let page = frame.draw(|html| {
            section(html, words::lanes(lang), |html| {
                lanes_table(html, &frame, &overview, None);
            });
            section(html, words::holds(lang), |html| {
                if overview.holds.is_empty() {
                    empty(html, words::no_holds(lang));
                }
                for hold in &overview.holds {
                    one(html, &frame, hold, now, who.may_act);
                }
            });
            if who.may_act {
                section(html, words::new_hold(lang), |html| {
                    frame.form(html, "form", "/operator/hold", |html| {
                        html.div("row").body(|html| {
                            let channel = visit.given("channel");
                            field(html, "channel", words::channel(lang), channel, None);
                            let lanes = Lane::ALL.iter().map(|lane| (lane.name(), lane.name()));
                            let lanes = iter::once(("", words::any(lang))).chain(lanes);
                            select(html, "lane", words::lane(lang), visit.given("lane"), lanes);
                            field(html, "key", words::key(lang), visit.given("key"), None);
                        });
                        let hint = Some(words::reason_hint(lang));
                        field(html, "reason", words::reason(lang), visit.given("reason"), hint);
                        html.div("acts")
                            .body(|html| button(html, "act-main", words::hold_now(lang)));
                    });
                });
            }
        });
        Ok(answered(page, wrong))
    }

    /// `POST /operator/hold`.
    pub(super) async fn hold(&self, visit: &Visit<'_>, who: Looker<'_>) -> Result<Answer, Error> {
        let lang = visit.lang;
        let Some(reason) = reason(visit) else {
            return self.lanes(visit, who, Some(words::reason_missing(lang))).await;
        };
        let [channel, kind, key] = ["channel", "lane", "key"].map(|name| visit.given(name));
        let mut hold = NewHold::new(reason).by(who.name);
        if !channel.is_empty() {
            hold = hold.channel(channel);
        }
        if !kind.is_empty() {
            let Ok(only) = kind.parse::<Lane>() else {
                let wrong = wrong_field(lang, words::lane(lang), kind);
                return self.lanes(visit, who, Some(&wrong)).await;
            };
            hold = hold.lane(only);
        }
        if !key.is_empty() {
            hold = hold.fairness_key(key);
        }
        let what = scope(channel, kind, key);
        let note = self.note(who, Deed { act: "hold", what: &what, count: None, reason }).await?;
        match self.noted(note, self.outbox.hold(hold).await).await? {
            None => Ok(see_other("/operator/lanes?told=held")),
            Some(wrong) => self.lanes(visit, who, Some(&wrong)).await,
        }
    }

    /// `POST /operator/release`.
    pub(super) async fn release(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let id: Option<i64> = visit.given("id").parse().ok();
        let holds = self.outbox.holds().await?;
        let Some(hold) = holds.into_iter().find(|hold| Some(hold.id.get()) == id) else {
            return Ok(see_other("/operator/lanes?told=gone"));
        };
        let what = format!("{} ({})", hold_scope(&hold), hold.reason);
        let reason = visit.given("reason");
        let note =
            self.note(who, Deed { act: "release", what: &what, count: None, reason }).await?;
        let released = self.outbox.release(hold.id).await.is_ok();
        self.state.audited(note, u64::from(released)).await?;
        Ok(see_other(if released {
            "/operator/lanes?told=released"
        } else {
            "/operator/lanes?told=gone"
        }))
    }
}

/// The lanes of all channels, or of one.
pub(super) fn lanes_table(
    html: &mut Html,
    frame: &Frame<'_>,
    overview: &Overview,
    only: Option<&str>,
) {
    let lang = frame.lang;
    let names = [
        words::channel(lang),
        words::lane(lang),
        words::waiting(lang),
        words::waits_for(lang),
        words::rate(lang),
        words::next_due(lang),
    ];
    let names = if only.is_some() { names.get(1..) } else { None }.unwrap_or(&names);
    let lanes = overview.lanes.iter().filter(|lane| only.is_none_or(|only| only == lane.channel));
    table(html, names, words::no_lanes(lang), lanes, |html, lane| {
        let LaneOverview { channel, lane, waiting, waiting_for, per_second, next_due, .. } = lane;
        if only.is_none() {
            cell(html, channel);
        }
        cell(html, lane.name());
        cell_with(html, |html| waiting_link(html, channel, *waiting));
        cell_with(html, |html| match waiting_for {
            Some(reason) => badge(html, reason.name()),
            None => html.text("–"),
        });
        let rate = per_second.map(|rate| format!("{rate:.0}/s"));
        cell(html, or_dash(rate.as_deref()));
        cell_with(html, |html| match next_due {
            Some(due) => ago(html, lang, overview.now.as_millis(), due.as_millis()),
            None => html.text("–"),
        });
    });
}

/// How many wait, and the way to all of the channel that do.
fn waiting_link(html: &mut Html, channel: &str, waiting: u64) {
    let search = [("state", State::Ready.name()), ("channel", channel)];
    match Url::query("/operator/deliveries", &search).filter(|_| waiting > 0) {
        Some(url) => html.element(Tag::A).leads_to(&url).text(&waiting.to_string()),
        None => html.text(&waiting.to_string()),
    }
}

fn one(html: &mut Html, frame: &Frame<'_>, hold: &Hold, now: i64, may_act: bool) {
    let lang = frame.lang;
    html.div("line").body(|html| {
        html.div("line-words").body(|html| {
            let scope = hold_scope(hold);
            let scope = if scope.is_empty() { words::everything(lang) } else { &scope };
            html.element(Tag::Strong).text(scope);
            html.element(Tag::P).text(&hold.reason);
            html.element(Tag::P).class("hint").body(|html| {
                if !hold.who.is_empty() {
                    html.text(&hold.who);
                    html.text(", ");
                }
                ago(html, lang, now, hold.at.as_millis());
            });
        });
        if may_act {
            frame.form(html, "inline", "/operator/release", |html| {
                hidden(html, "id", &hold.id.get().to_string());
                button(html, "act-less", words::release(lang));
            });
        }
    });
}

/// What a hold is about, in the words of the command line; empty for everything.
pub(super) fn hold_scope(hold: &Hold) -> String {
    let lane = hold.lane.map_or("", Lane::name);
    scope(
        hold.channel.as_deref().unwrap_or_default(),
        lane,
        hold.fairness_key.as_deref().unwrap_or_default(),
    )
}

fn scope(channel: &str, lane: &str, key: &str) -> String {
    let parts = [("channel", channel), ("lane", lane), ("key", key)];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
    parts.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
