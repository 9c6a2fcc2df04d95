use hikyaku_page::html::{Attribute, Html, Tag};
use hikyaku_sender::{Beyond, Budget, Per};
use http::StatusCode;

use super::{Deed, Looker, badge, cell, cell_with, frame, row, table, told, typed_wrong};
use crate::{
    ApiKeyRow, Error,
    answer::{Answer, page_answer, see_other},
    page::{Frame, Tone, button, empty, field, hidden, section},
    site::{Site, tokens::given, visit::Visit},
    words::{fill, my, operator as words},
};

impl Site {
    /// `GET /operator/keys`, and what is wrong about what was asked for.
    pub(super) async fn keys(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let keys = self.state.keys().await?;
        let budgets = self.outbox.budgets().await?;
        let known = [
            ("revoked", words::told_revoked(lang)),
            ("budget", words::told_budget(lang)),
            ("cleared", words::told_cleared(lang)),
        ];
        let notice = wrong.map(|why| (why, Tone::Bad)).or_else(|| told(visit, &known));
        let frame = frame(visit, who, "/operator/keys", notice);
        let page = frame.draw(|html| {
            section(html, words::api_keys(lang), |html| {
                if keys.is_empty() {
                    empty(html, words::no_keys(lang));
                } else {
                    keys_table(html, &frame, &keys, who.may_act);
                }
            });
            section(html, words::budgets(lang), |html| {
                if budgets.is_empty() {
                    empty(html, words::no_budgets(lang));
                } else {
                    budgets_table(html, &frame, &budgets, who.may_act);
                }
                if who.may_act {
                    new_budget(html, &frame, visit);
                }
            });
        });
        let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        Ok(page_answer(status, page))
    }

    /// `POST /operator/keys/revoke`.
    pub(super) async fn revoke_key(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let id: Option<i64> = given(visit, "id").parse().ok();
        let keys = self.state.keys().await?;
        let Some(key) = keys.iter().find(|key| Some(key.id) == id && !key.revoked) else {
            return Ok(see_other("/operator/keys?told=gone"));
        };
        let what = format!("key {} ({})", key.id, key.name);
        let reason = given(visit, "reason");
        let deed = Deed { act: "revoke-key", what: &what, count: Some(1), reason };
        let note = self.note(who, deed).await?;
        let revoked = self.state.revoke_key(key.id).await?;
        self.state.audited(note, u64::from(revoked)).await?;
        Ok(see_other("/operator/keys?told=revoked"))
    }

    /// `POST /operator/budget`.
    pub(super) async fn set_budget(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let key = given(visit, "key");
        let wrong = |name: &str, value: &str| {
            fill(words::wrong_field(lang), &[("field", name), ("why", value)])
        };
        let Ok(limit) = given(visit, "limit").parse::<u64>() else {
            let wrong = wrong(words::limit(lang), given(visit, "limit"));
            return self.keys(visit, who, Some(&wrong)).await;
        };
        let (Ok(per), Ok(beyond)) =
            (given(visit, "per").parse::<Per>(), given(visit, "beyond").parse::<Beyond>())
        else {
            let wrong = wrong(words::per(lang), given(visit, "per"));
            return self.keys(visit, who, Some(&wrong)).await;
        };
        let what = format!("key={key} limit={limit} per={per} beyond={beyond}");
        let deed = Deed { act: "budget", what: &what, count: None, reason: given(visit, "reason") };
        let note = self.note(who, deed).await?;
        match self.outbox.set_budget(key, limit, per, beyond).await {
            Ok(_) => {
                self.state.audited(note, 1).await?;
                Ok(see_other("/operator/keys?told=budget"))
            }
            Err(error) => {
                self.state.audited(note, 0).await?;
                let wrong = typed_wrong(error)?;
                self.keys(visit, who, Some(&wrong)).await
            }
        }
    }

    /// `POST /operator/budget/clear`.
    pub(super) async fn clear_budget(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let key = given(visit, "key");
        let what = format!("key={key}");
        let deed =
            Deed { act: "clear-budget", what: &what, count: None, reason: given(visit, "reason") };
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

fn keys_table(html: &mut Html, frame: &Frame<'_>, keys: &[ApiKeyRow], may_act: bool) {
    let lang = frame.lang;
    let mut names = vec![
        words::name(lang),
        words::state(lang),
        words::channel(lang),
        words::may_send(lang),
        words::may_reach(lang),
        words::may_call(lang),
    ];
    names.extend(may_act.then_some(""));
    table(html, &names, |html| {
        for key in keys {
            let [send, to, call] = key.rights.to_words();
            row(html, |html| {
                cell(html, &key.name);
                cell_with(html, |html| {
                    let (word, class) = if key.revoked {
                        (words::revoked(lang), "badge-plain")
                    } else {
                        (words::works(lang), "badge-good")
                    };
                    html.span("badge").class(class).text(word);
                });
                cell(html, &key.channel);
                for list in [send, to, call] {
                    cell(html, &list.replace(',', ", "));
                }
                if may_act {
                    cell_with(html, |html| {
                        if !key.revoked {
                            revoke(html, frame, key);
                        }
                    });
                }
            });
        }
    });
}

fn revoke(html: &mut Html, frame: &Frame<'_>, key: &ApiKeyRow) {
    let lang = frame.lang;
    html.element(Tag::Details).class("more").body(|html| {
        html.element(Tag::Summary).class("act").class("act-warn").text(my::revoke(lang));
        frame.form(html, "form", "/operator/keys/revoke", |html| {
            hidden(html, "id", &key.id.to_string());
            html.element(Tag::P).text(words::revoke_sure(lang));
            field(html, "reason", words::reason(lang), "", None);
            button(html, "act-end", my::revoke_now(lang));
        });
    });
}

fn budgets_table(html: &mut Html, frame: &Frame<'_>, budgets: &[Budget], may_act: bool) {
    let lang = frame.lang;
    let mut names = vec![words::key(lang), words::recipients(lang), words::beyond(lang)];
    names.extend(may_act.then_some(""));
    table(html, &names, |html| {
        for budget in budgets {
            row(html, |html| {
                cell(html, &budget.fairness_key);
                let (used, limit) = (budget.used.to_string(), budget.limit.to_string());
                let per = budget.per.name();
                let values = [("used", used.as_str()), ("limit", &limit), ("per", per)];
                cell_with(html, |html| {
                    html.text(&fill(words::budget_used(lang), &values));
                    if budget.used_up {
                        html.text(" ");
                        badge(html, "quota");
                    }
                });
                cell(html, budget.beyond.name());
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
    });
}

fn new_budget(html: &mut Html, frame: &Frame<'_>, visit: &Visit<'_>) {
    let lang = frame.lang;
    frame.form(html, "form", "/operator/budget", |html| {
        html.div("row").body(|html| {
            field(html, "key", words::key(lang), given(visit, "key"), None);
            field(html, "limit", words::limit(lang), given(visit, "limit"), None);
            choice(html, "per", words::per(lang), Per::ALL.iter().map(|it| it.name()));
            choice(html, "beyond", words::beyond(lang), Beyond::ALL.iter().map(|it| it.name()));
        });
        html.div("acts").body(|html| button(html, "act-main", words::set_budget(lang)));
    });
}

fn choice<'a>(html: &mut Html, name: &str, label: &str, all: impl Iterator<Item = &'a str>) {
    html.element(Tag::Label).class("field").body(|html| {
        html.span("field-name").text(label);
        html.element(Tag::Select).class("input").set(Attribute::Name, name).body(|html| {
            for word in all {
                html.element(Tag::Option).set(Attribute::Value, word).text(word);
            }
        });
    });
}
