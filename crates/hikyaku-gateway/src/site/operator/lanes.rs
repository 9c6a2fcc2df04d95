use hikyaku_page::html::{Attribute, Html, Tag};
use hikyaku_sender::{Hold, Lane, LaneOverview, NewHold, Overview};
use http::StatusCode;

use super::{
    Deed, Looker, badge, cell, cell_with, frame, or_dash, reason, row, table, told, typed_wrong,
};
use crate::{
    Error,
    answer::{Answer, page_answer, see_other},
    page::{Frame, Tone, ago, button, empty, field, hidden, section},
    site::{Site, tokens::given, visit::Visit},
    words::{fill, operator as words},
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
        let notice = wrong.map(|why| (why, Tone::Bad)).or_else(|| told(visit, &known));
        let frame = frame(visit, who, "/operator/lanes", notice);
        let now = overview.now.as_millis();
        let page = frame.draw(|html| {
            section(html, words::lanes(lang), |html| {
                if overview.lanes.is_empty() {
                    empty(html, words::no_lanes(lang));
                    return;
                }
                lanes_table(html, &frame, &overview);
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
                            field(
                                html,
                                "channel",
                                words::channel(lang),
                                given(visit, "channel"),
                                None,
                            );
                            lane_choice(html, &frame);
                            field(html, "key", words::key(lang), given(visit, "key"), None);
                        });
                        let hint = Some(words::reason_hint(lang));
                        field(html, "reason", words::reason(lang), given(visit, "reason"), hint);
                        html.div("acts")
                            .body(|html| button(html, "act-main", words::hold_now(lang)));
                    });
                });
            }
        });
        let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        Ok(page_answer(status, page))
    }

    /// `POST /operator/hold`.
    pub(super) async fn hold(&self, visit: &Visit<'_>, who: Looker<'_>) -> Result<Answer, Error> {
        let lang = visit.lang;
        let Some(reason) = reason(visit) else {
            return self.lanes(visit, who, Some(words::reason_missing(lang))).await;
        };
        let [channel, kind, key] = ["channel", "lane", "key"].map(|name| given(visit, name));
        let mut hold = NewHold::new(reason).by(who.name);
        if !channel.is_empty() {
            hold = hold.channel(channel);
        }
        if !kind.is_empty() {
            let Ok(only) = kind.parse::<Lane>() else {
                let values = [("field", words::lane(lang)), ("why", kind)];
                let wrong = fill(words::wrong_field(lang), &values);
                return self.lanes(visit, who, Some(&wrong)).await;
            };
            hold = hold.lane(only);
        }
        if !key.is_empty() {
            hold = hold.fairness_key(key);
        }
        let what = scope(channel, kind, key);
        let note = self.note(who, Deed { act: "hold", what: &what, count: None, reason }).await?;
        match self.outbox.hold(hold).await {
            Ok(_) => {
                self.state.audited(note, 1).await?;
                Ok(see_other("/operator/lanes?told=held"))
            }
            Err(error) => {
                self.state.audited(note, 0).await?;
                let wrong = typed_wrong(error)?;
                self.lanes(visit, who, Some(&wrong)).await
            }
        }
    }

    /// `POST /operator/release`.
    pub(super) async fn release(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let id: Option<i64> = given(visit, "id").parse().ok();
        let holds = self.outbox.holds().await?;
        let Some(hold) = holds.into_iter().find(|hold| Some(hold.id.get()) == id) else {
            return Ok(see_other("/operator/lanes?told=gone"));
        };
        let what = format!("{} ({})", hold_scope(&hold), hold.reason);
        let reason = given(visit, "reason");
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

fn lanes_table(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    let lang = frame.lang;
    let names = [
        words::channel(lang),
        words::lane(lang),
        words::waiting(lang),
        words::waits_for(lang),
        words::rate(lang),
        words::next_due(lang),
    ];
    table(html, &names, |html| {
        for lane in &overview.lanes {
            let LaneOverview { channel, lane, waiting, waiting_for, per_second, next_due, .. } =
                lane;
            row(html, |html| {
                cell(html, channel);
                cell(html, lane.name());
                cell(html, &waiting.to_string());
                cell_with(html, |html| match waiting_for {
                    Some(reason) => badge(html, reason.name()),
                    None => html.text("–"),
                });
                let rate = per_second.map(|rate| format!("{rate:.0}/s"));
                cell(html, or_dash(rate.as_deref()));
                cell_with(html, |html| match next_due {
                    Some(due) if *due <= overview.now => {
                        ago(html, lang, overview.now.as_millis(), due.as_millis());
                    }
                    Some(due) => html.text(&due.to_string()),
                    None => html.text("–"),
                });
            });
        }
    });
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

fn lane_choice(html: &mut Html, frame: &Frame<'_>) {
    html.element(Tag::Label).class("field").body(|html| {
        html.span("field-name").text(words::lane(frame.lang));
        html.element(Tag::Select).class("input").set(Attribute::Name, "lane").body(|html| {
            html.element(Tag::Option).set(Attribute::Value, "").text(words::any(frame.lang));
            for lane in Lane::ALL {
                html.element(Tag::Option).set(Attribute::Value, lane.name()).text(lane.name());
            }
        });
    });
}

fn hold_scope(hold: &Hold) -> String {
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
