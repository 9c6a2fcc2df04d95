//! A person's token on a page, and the choice of its chat.

use hikyaku_page::html::{Attribute, Html, Tag};

use super::person::Owner;
use crate::{
    TokenRow,
    page::{Frame, ago, button, fact, hidden},
    state::OwnedToken,
    words::{fill, my},
};

/// What a form names a chat that is not listed.
pub(super) const OTHER: &str = "other";

/// A chat that a person can pick, and what it is called.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

/// A token, and what LINE and the store tell of it.
#[derive(Debug)]
pub(super) struct Card<'a> {
    pub(super) owned: &'a OwnedToken,
    pub(super) owner: Owner<'a>,
    /// How many messages of the quota one notification costs, if LINE tells.
    pub(super) members: Option<u64>,
    /// How much of its budget is used.
    pub(super) spent: u64,
    pub(super) now: i64,
    pub(super) choices: &'a [Choice],
}

impl Card<'_> {
    pub(super) fn draw(&self, html: &mut Html, frame: &Frame<'_>) {
        let (token, lang) = (&self.owned.token, frame.lang);
        html.element(Tag::H2).text(&token.name);
        if token.target_gone {
            html.element(Tag::P).class("note").class("note-bad").text(my::target_gone(lang));
        }
        self.facts(html, frame);
        let id = token.id.to_string();
        html.div("acts").body(|html| {
            frame.form(html, "inline", "/my/test", |html| {
                hidden(html, "id", &id);
                button(html, "act-less", my::test(lang));
            });
            html.element(Tag::Details).class("more").body(|html| {
                html.element(Tag::Summary).class("act").text(my::move_it(lang));
                frame.form(html, "form", "/my/move", |html| {
                    hidden(html, "id", &id);
                    pick(html, frame, self.choices, Some(&token.target));
                    html.div("acts").body(|html| button(html, "act-main", my::move_now(lang)));
                });
            });
            html.element(Tag::Details).class("more").body(|html| {
                html.element(Tag::Summary).class("act").class("act-warn").text(my::revoke(lang));
                frame.form(html, "form", "/my/revoke", |html| {
                    hidden(html, "id", &id);
                    html.element(Tag::P).text(my::revoke_sure(lang));
                    html.div("acts").body(|html| button(html, "act-end", my::revoke_now(lang)));
                });
            });
        });
    }

    fn facts(&self, html: &mut Html, frame: &Frame<'_>) {
        let OwnedToken { token, last_at, calls, sends } = self.owned;
        let lang = frame.lang;
        html.element(Tag::Dl).class("facts").body(|html| {
            fact(html, my::place(lang), |html| html.text(&self.place(frame, token)));
            fact(html, my::last_use(lang), |html| match last_at {
                Some(at) => ago(html, lang, self.now, *at),
                None => html.text(my::never(lang)),
            });
            fact(html, my::calls(lang), |html| html.text(&calls.to_string()));
            fact(html, my::cost(lang), |html| {
                let (text, each) = match self.members {
                    Some(each) => (my::cost_is(lang), each),
                    None => (my::cost_at_least(lang), 1),
                };
                let cost = u64::try_from(*sends).unwrap_or(0).saturating_mul(each);
                html.text(&fill(text, &[("n", &cost.to_string())]));
            });
            if let Some(budget) = token.budget {
                let (used, limit) = (self.spent.to_string(), budget.to_string());
                fact(html, my::budget(lang), |html| {
                    let values = [("used", used.as_str()), ("limit", &limit)];
                    html.text(&fill(my::budget_used(lang), &values));
                });
            }
        });
    }

    /// Where its messages go, for people.
    fn place(&self, frame: &Frame<'_>, token: &TokenRow) -> String {
        let known = self.choices.iter().find(|choice| choice.id == token.target);
        let name = match (known, &token.target_name) {
            (Some(choice), _) => choice.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => token.target.clone(),
        };
        let place = match self.members {
            Some(count) if token.target != self.owner.user && count > 1 => {
                let values = [("name", name.as_str()), ("n", &count.to_string())];
                fill(my::members(frame.lang), &values)
            }
            _ => name,
        };
        if token.service.is_some() {
            format!("{place} ({})", my::by_service(frame.lang))
        } else {
            place
        }
    }
}

/// The chats to pick one of.
pub(super) fn pick(html: &mut Html, frame: &Frame<'_>, choices: &[Choice], current: Option<&str>) {
    html.div("choices").set(Attribute::Role, "radiogroup").body(|html| {
        html.span("field-name").text(my::place(frame.lang));
        let picked = current.or(choices.first().map(|it| it.id.as_str())).unwrap_or(OTHER);
        let other = Choice { id: OTHER.to_owned(), name: my::other_group(frame.lang).to_owned() };
        for Choice { id, name } in choices.iter().chain([&other]) {
            html.element(Tag::Label).class("choice").body(|html| {
                html.element(Tag::Input).radio("chat", id, id == picked).empty();
                html.text(name);
            });
        }
    });
}
