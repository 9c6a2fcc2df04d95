//! Budgets of fairness keys: shown, set and cleared.

use hikyaku_page::{
    Lang,
    html::{Html, Tag},
};
use hikyaku_sender::{Beyond, Budget, Per};

use super::{Deed, Looker, badge, cell, cell_with, table, wrong_field};
use crate::{
    Error,
    answer::{Answer, see_other},
    page::{Frame, button, field, hidden, select},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

impl Site {
    /// `POST /operator/budget`.
    pub(super) async fn set_budget(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let [key, limit, per, beyond] =
            ["key", "limit", "per", "beyond"].map(|name| visit.given(name));
        let Ok(count) = limit.parse::<u64>() else {
            let wrong = wrong_field(lang, words::limit(lang), limit);
            return self.keys(visit, who, Some(&wrong)).await;
        };
        let (Ok(per), Ok(beyond)) = (per.parse::<Per>(), beyond.parse::<Beyond>()) else {
            let wrong = wrong_field(lang, words::per(lang), per);
            return self.keys(visit, who, Some(&wrong)).await;
        };
        let what = format!("key={key} limit={count} per={per} beyond={beyond}");
        let deed = Deed { act: "budget", what: &what, count: None, reason: visit.given("reason") };
        let note = self.note(who, deed).await?;
        match self.noted(note, self.outbox.set_budget(key, count, per, beyond).await).await? {
            None => Ok(see_other("/operator/keys?told=budget")),
            Some(wrong) => self.keys(visit, who, Some(&wrong)).await,
        }
    }

    /// `POST /operator/budget/clear`.
    pub(super) async fn clear_budget(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let key = visit.given("key");
        let what = format!("key={key}");
        let reason = visit.given("reason");
        let deed = Deed { act: "clear-budget", what: &what, count: None, reason };
        let note = self.note(who, deed).await?;
        let cleared = self.outbox.clear_budget(key).await?;
        self.state.audited(note, u64::from(cleared)).await?;
        Ok(see_other(if cleared {
            "/operator/keys?told=cleared"
        } else {
            "/operator/keys?told=gone"
        }))
    }
}

/// The budgets, and the form that sets one.
pub(super) fn budgets(
    html: &mut Html,
    frame: &Frame<'_>,
    visit: &Visit<'_>,
    budgets: &[Budget],
    may_act: bool,
) {
    html.element(Tag::P).class("lead").text(words::budgets_why(frame.lang));
    listed(html, frame, budgets, may_act);
    if may_act {
        new(html, frame, visit);
    }
}

fn listed(html: &mut Html, frame: &Frame<'_>, budgets: &[Budget], may_act: bool) {
    let lang = frame.lang;
    let mut names = vec![words::key(lang), words::recipients(lang), words::beyond(lang)];
    names.extend(may_act.then_some(""));
    table(html, &names, words::no_budgets(lang), budgets, |html, budget| {
        cell(html, &budget.fairness_key);
        let Budget { used, limit, per, used_up, .. } = budget;
        cell_with(html, |html| used_of(html, lang, *used, (*limit, *per), *used_up));
        cell(html, beyond_name(lang, budget.beyond));
        if may_act {
            cell_with(html, |html| {
                frame.form(html, "inline", "/operator/budget/clear", |html| {
                    hidden(html, "key", &budget.fairness_key);
                    button(html, "act-less", words::clear(lang));
                });
            });
        }
    });
}

fn new(html: &mut Html, frame: &Frame<'_>, visit: &Visit<'_>) {
    let lang = frame.lang;
    frame.form(html, "form", "/operator/budget", |html| {
        html.div("row").body(|html| {
            field(html, "key", words::key(lang), visit.given("key"), None);
            field(html, "limit", words::limit(lang), visit.given("limit"), None);
            let all = Per::ALL.iter().map(|per| (per.name(), per_name(lang, *per)));
            select(html, "per", words::per(lang), visit.given("per"), all);
            let all = Beyond::ALL.iter().map(|it| (it.name(), beyond_name(lang, *it)));
            select(html, "beyond", words::beyond(lang), visit.given("beyond"), all);
        });
        html.div("acts").body(|html| button(html, "act-main", words::set_budget(lang)));
    });
}

/// How much of a budget is used, and whether all of it is.
pub(super) fn used_of(
    html: &mut Html,
    lang: Lang,
    used: u64,
    (limit, per): (u64, Per),
    is_used_up: bool,
) {
    let (used, limit) = (used.to_string(), limit.to_string());
    let values = [("used", used.as_str()), ("limit", &limit), ("per", per_name(lang, per))];
    html.text(&fill(words::budget_used(lang), &values));
    if is_used_up {
        html.text(" ");
        badge(html, "quota");
    }
}

fn per_name(lang: Lang, per: Per) -> &'static str {
    match per {
        Per::Day => words::day(lang),
        _ => words::month(lang),
    }
}

fn beyond_name(lang: Lang, beyond: Beyond) -> &'static str {
    match beyond {
        Beyond::Wait => words::beyond_wait(lang),
        _ => words::beyond_cancel(lang),
    }
}
