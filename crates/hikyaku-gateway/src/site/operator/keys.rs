//! Who may send, and how much: keys for LINE's API, and tokens that have a budget.

use hikyaku_page::html::{Html, Tag};
use hikyaku_sender::Per;

use super::{
    Deed, Looker, answered, budgets::budgets, budgets::used_of, cell, cell_with, frame, table, told,
};
use crate::{
    ApiKeyRow, Error, SpendRow, TokenRow,
    answer::{Answer, see_other},
    page::{Frame, button, field, hidden, section},
    site::{Site, visit::Visit},
    words::{my, operator as words},
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
        let declared: Vec<_> =
            self.declared_keys.now().iter().map(|(_, key)| key.clone()).collect();
        let issued = self.state.keys().await?;
        let mut tokens = self.state.tokens().await?;
        tokens.retain(|token| token.budget.is_some() && !token.revoked);
        let spent = self.state.spent().await?;
        let limits = self.outbox.budgets().await?;
        let known = [
            ("revoked", words::told_revoked(lang)),
            ("budget", words::told_budget(lang)),
            ("cleared", words::told_cleared(lang)),
        ];
        let frame = frame(visit, who, "/operator/keys", told(visit, wrong, &known));
        let page = frame.draw(|html| {
            section(html, words::api_keys(lang), |html| {
                keys_table(html, &frame, (&declared, &issued), &spent, who.may_act);
            });
            section(html, words::tokens(lang), |html| {
                tokens_table(html, &frame, &tokens, &spent);
            });
            section(html, words::budgets(lang), |html| {
                budgets(html, &frame, visit, &limits, who.may_act);
            });
        });
        Ok(answered(page, wrong))
    }

    /// `POST /operator/keys/revoke`.
    pub(super) async fn revoke_key(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let id: Option<i64> = visit.given("id").parse().ok();
        let keys = self.state.keys().await?;
        let Some(key) = keys.iter().find(|key| Some(key.id) == id && !key.revoked) else {
            return Ok(see_other("/operator/keys?told=gone"));
        };
        let what = format!("key {} ({})", key.id, key.name);
        let reason = visit.given("reason");
        let deed = Deed { act: "revoke-key", what: &what, count: Some(1), reason };
        let note = self.note(who, deed).await?;
        let revoked = self.state.revoke_key(key.id).await?;
        self.state.audited(note, u64::from(revoked)).await?;
        Ok(see_other("/operator/keys?told=revoked"))
    }
}

/// The keys of the configuration, and those of the store.
fn keys_table(
    html: &mut Html,
    frame: &Frame<'_>,
    (declared, issued): (&[ApiKeyRow], &[ApiKeyRow]),
    spent: &[SpendRow],
    may_act: bool,
) {
    let lang = frame.lang;
    let mut names = vec![
        words::name(lang),
        words::state(lang),
        words::channel(lang),
        words::may_send(lang),
        words::may_reach(lang),
        words::may_call(lang),
        words::budget(lang),
    ];
    names.extend(may_act.then_some(""));
    table(html, &names, words::no_keys(lang), declared.iter().chain(issued), |html, key| {
        let is_hidden = !key.declared && declared.iter().any(|it| it.name == key.name);
        let [send, to, call] = key.rights.to_words();
        cell(html, &key.name);
        cell_with(html, |html| {
            let (word, class) = if key.revoked {
                (words::revoked(lang), "badge-plain")
            } else if is_hidden {
                (words::replaced(lang), "badge-plain")
            } else {
                (words::works(lang), "badge-good")
            };
            html.span("badge").class(class).text(word);
            if key.declared {
                html.element(Tag::P).class("hint").text(words::declared(lang));
            }
        });
        cell(html, &key.channel);
        for list in [send, to, call] {
            cell(html, &list.replace(',', ", "));
        }
        let budget = key.budget.filter(|_| !key.revoked && !is_hidden);
        budget_cell(html, frame, budget, &key.owner(), spent);
        if may_act {
            cell_with(html, |html| {
                if !key.revoked && !key.declared {
                    revoke(html, frame, key);
                }
            });
        }
    });
}

fn tokens_table(html: &mut Html, frame: &Frame<'_>, tokens: &[TokenRow], spent: &[SpendRow]) {
    let lang = frame.lang;
    let names = [
        words::number(lang),
        words::name(lang),
        words::channel(lang),
        words::may_reach(lang),
        words::budget(lang),
    ];
    table(html, &names, words::no_tokens(lang), tokens, |html, token| {
        cell(html, &token.id.to_string());
        cell(html, &token.name);
        cell(html, &token.channel);
        cell(html, token.target_name.as_deref().unwrap_or(&token.target));
        budget_cell(html, frame, token.budget, &token.owner(), spent);
    });
}

/// How much of its budget an owner has used this month.
fn budget_cell(
    html: &mut Html,
    frame: &Frame<'_>,
    budget: Option<u64>,
    owner: &str,
    spent: &[SpendRow],
) {
    cell_with(html, |html| match budget {
        Some(limit) => {
            let used = spent.iter().find(|it| it.owner == owner).map_or(0, |it| it.used);
            used_of(html, frame.lang, used, (limit, Per::Month), used >= limit);
        }
        None => html.text("–"),
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
