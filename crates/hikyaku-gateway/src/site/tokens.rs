//! `/my`: a person's tokens.

use std::fmt::Write;

use hikyaku_page::html::{Attribute, Html, Tag};
use http::StatusCode;

use super::{Site, visit::Visit};
use crate::{
    AccessToken, ChatRow, Error, TokenRow,
    answer::{Answer, page_answer, see_other},
    calendar,
    deliver::Told,
    page::{Frame, Tab, Tone, ago, button, empty, fact, field, hidden, section, to_copy},
    state::{Chosen, OwnedToken},
    words::{self, fill, my},
};

/// What a form names a chat that is not listed.
const OTHER: &str = "other";

/// Whose tokens they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) channel: &'a str,
    pub(super) user: &'a str,
}

/// A chat that a person can pick, and what it is called.
#[derive(Debug)]
struct Choice {
    id: String,
    name: String,
}

/// What a script needs.
enum Made {
    Token(AccessToken),
    /// A token that works once this code was sent.
    Code(AccessToken, String),
    /// The code alone: the token is known.
    Move(String),
}

impl Site {
    /// `GET /my`.
    pub(super) async fn tokens(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let told = match visit.fields.get("told") {
            Some("sent") => Some((my::told_sent(lang), Tone::Good)),
            Some("queued") => Some((my::told_queued(lang), Tone::Good)),
            Some("refused") => Some((my::told_refused(lang), Tone::Bad)),
            Some("quota") => Some((my::told_quota(lang), Tone::Bad)),
            Some("fault") => Some((my::told_fault(lang), Tone::Bad)),
            Some("revoked") => Some((my::told_revoked(lang), Tone::Good)),
            Some("moved") => Some((my::told_moved(lang), Tone::Good)),
            Some("gone") => Some((my::told_gone(lang), Tone::Bad)),
            Some("elsewhere") => Some((my::not_there(lang), Tone::Bad)),
            _ => None,
        };
        self.list(visit, owner, StatusCode::OK, told).await
    }

    /// The list, with what is wrong about what was asked for.
    async fn list(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
        status: StatusCode,
        notice: Option<(&str, Tone)>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        // What this gateway has counted is on the page at once.
        self.door.usage.write().await?;
        let now = self.outbox.now().await?.as_millis();
        let month = calendar::month(now);
        let tokens = self.state.tokens_of(owner.channel, owner.user, month).await?;
        let choices = self.choices(visit, owner).await?;
        let who = self.person_name(owner).await;
        let mut members = Vec::new();
        for OwnedToken { token, .. } in &tokens {
            members.push(self.members(token).await);
        }
        let frame = frame(visit, "/my", &who, notice);
        let page = frame.draw(|html| {
            if tokens.is_empty() {
                empty(html, my::no_tokens(lang));
            }
            html.element(Tag::Ul).class("cards").body(|html| {
                for (owned, members) in tokens.iter().zip(&members) {
                    html.element(Tag::Li).class("part").body(|html| {
                        one(html, &frame, owned, *members, now, &choices, owner);
                    });
                }
            });
            section(html, my::new_token(lang), |html| {
                let name = if status == StatusCode::OK { "" } else { given(visit, "name") };
                frame.form(html, "form", "/my/create", |html| {
                    field(html, "name", my::name(lang), name, Some(my::name_hint(lang)));
                    pick(html, &frame, &choices, None);
                    html.div("acts").body(|html| button(html, "act-main", my::create(lang)));
                });
            });
        });
        Ok(page_answer(status, page))
    }

    /// `POST /my/create`.
    pub(super) async fn create(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let (lang, name, chat) = (visit.lang, given(visit, "name"), given(visit, "chat"));
        let wrong = |why| Some((why, Tone::Bad));
        if !is_name(name) {
            let notice = wrong(my::bad_name(lang));
            return self.list(visit, owner, StatusCode::BAD_REQUEST, notice).await;
        }
        if chat == OTHER {
            let issued =
                self.state.unlinked_for(owner.channel, owner.user, name, lang, None).await?;
            return self.made(visit, owner, name, &Made::Code(issued.token, issued.code)).await;
        }
        let notice = match self.state.issue_for(owner.channel, owner.user, name, chat).await? {
            Chosen::Made(token) => {
                return self.made(visit, owner, name, &Made::Token(token)).await;
            }
            Chosen::NotThere => wrong(my::not_there(lang)),
            Chosen::TooMany => wrong(my::too_many(lang)),
        };
        self.list(visit, owner, StatusCode::BAD_REQUEST, notice).await
    }

    /// `POST /my/test`.
    pub(super) async fn test(&self, visit: &Visit<'_>, owner: Owner<'_>) -> Result<Answer, Error> {
        let Some(token) = self.own_token(visit, owner).await? else { return Ok(told("gone")) };
        if token.target_gone {
            return Ok(told("refused"));
        }
        Ok(told(match self.door.test(&token, my::test_text(visit.lang)).await? {
            Told::Sent => "sent",
            Told::Queued => "queued",
            Told::Refused(_) | Told::Conflict => "refused",
            Told::MonthUsedUp | Told::BudgetUsedUp => "quota",
            Told::OurFault => "fault",
        }))
    }

    /// `POST /my/move`.
    pub(super) async fn move_token(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let Some(token) = self.own_token(visit, owner).await? else { return Ok(told("gone")) };
        let chat = given(visit, "chat");
        if chat == OTHER {
            let Owner { channel, user } = owner;
            let moves = Some(token.id);
            let issued =
                self.state.unlinked_for(channel, user, &token.name, visit.lang, moves).await?;
            return self.made(visit, owner, &token.name, &Made::Move(issued.code)).await;
        }
        let moved = self.state.move_token(owner.channel, owner.user, token.id, chat).await?;
        Ok(told(if moved { "moved" } else { "elsewhere" }))
    }

    /// `POST /my/revoke`.
    pub(super) async fn revoke(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let Some(token) = self.own_token(visit, owner).await? else { return Ok(told("gone")) };
        let revoked = self.state.revoke(token.id).await?;
        Ok(told(if revoked { "revoked" } else { "gone" }))
    }

    /// The token that a form names, if it is the person's own.
    async fn own_token(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Option<TokenRow>, Error> {
        match given(visit, "id").parse() {
            Ok(id) => self.state.token_of(owner.channel, owner.user, id).await,
            Err(_) => Ok(None),
        }
    }

    /// Shows what a script needs, this once.
    async fn made(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
        name: &str,
        made: &Made,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let who = self.person_name(owner).await;
        let api = self.public_url.clone().or_else(|| visit.origin());
        let frame = frame(visit, "/my", &who, None);
        let page = frame.draw(|html| {
            section(html, name, |html| {
                if let Made::Token(token) | Made::Code(token, _) = made {
                    html.element(Tag::P).text(my::made(lang));
                    to_copy(html, token.expose());
                    html.element(Tag::P).class("hint").text(my::copy_hint(lang));
                }
                if let Made::Code(_, code) | Made::Move(code) = made {
                    let why =
                        if matches!(made, Made::Move(_)) { my::move_code } else { my::send_code };
                    html.element(Tag::P).text(why(lang));
                    to_copy(html, code);
                }
                if let Made::Token(token) | Made::Code(token, _) = made {
                    html.element(Tag::P).text(my::try_it(lang));
                    let mut line = String::new();
                    // Writing to a string cannot fail.
                    let _ = write!(
                        line,
                        "curl -H 'Authorization: Bearer {}' -F 'message=hello' {}/api/notify",
                        token.expose(),
                        api.as_deref().unwrap_or("http://GATEWAY"),
                    );
                    to_copy(html, &line);
                }
                html.element(Tag::P).body(|html| {
                    if let Some(url) = hikyaku_page::html::Url::path("/my") {
                        html.element(Tag::A).leads_to(&url).text(my::back(lang));
                    }
                });
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }

    /// The chats that a person can pick, the one with the account first.
    async fn choices(&self, visit: &Visit<'_>, owner: Owner<'_>) -> Result<Vec<Choice>, Error> {
        let info = match self.accounts.get(owner.channel) {
            Some(account) => account.info().await,
            None => None,
        };
        let account = info.map_or("LINE", |info| &info.display_name);
        let mut choices = Vec::new();
        for ChatRow { id, name, .. } in self.state.chats_of(owner.channel, owner.user).await? {
            let name = if id == owner.user {
                fill(words::one_on_one(visit.lang), &[("account", account)])
            } else {
                let short = id.get(..6).unwrap_or(&id);
                name.unwrap_or_else(|| fill(words::nameless(visit.lang), &[("id", short)]))
            };
            choices.push(Choice { id, name });
        }
        choices.sort_by_key(|it| it.id != owner.user);
        Ok(choices)
    }

    pub(super) async fn person_name(&self, owner: Owner<'_>) -> String {
        let Owner { channel, user } = owner;
        let (channel, user) = (channel.to_owned(), user.to_owned());
        self.name_of(&crate::Visitor::Person { channel, user }).await
    }

    /// How many messages of the quota one notification costs, if LINE tells.
    async fn members(&self, token: &TokenRow) -> Option<u64> {
        if token.target.starts_with('U') {
            return Some(1);
        }
        Some(self.accounts.get(&token.channel)?.recipients(&token.target).await)
    }
}

/// The frame of a person's page.
pub(super) fn frame<'a>(
    visit: &'a Visit<'_>,
    current: &'static str,
    who: &'a str,
    notice: Option<(&'a str, Tone)>,
) -> Frame<'a> {
    let lang = visit.lang;
    Frame {
        lang,
        title: my::title(lang),
        tabs: vec![
            Tab { path: "/my", name: my::tokens(lang) },
            Tab { path: "/my/services", name: my::services(lang) },
        ],
        current,
        heading: None,
        is_wide: false,
        who,
        proof: visit.proof(),
        sign_out: "/my/sign-out",
        notice,
    }
}

/// A field of a form, without the blanks around it.
pub(super) fn given<'a>(visit: &'a Visit<'_>, name: &str) -> &'a str {
    visit.fields.get(name).unwrap_or_default().trim()
}

pub(super) fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

fn told(what: &str) -> Answer {
    see_other(&format!("/my?told={what}"))
}

/// A token.
fn one(
    html: &mut Html,
    frame: &Frame<'_>,
    shown: &OwnedToken,
    members: Option<u64>,
    now: i64,
    choices: &[Choice],
    owner: Owner<'_>,
) {
    let OwnedToken { token, last_at, calls, sends } = shown;
    let lang = frame.lang;
    html.element(Tag::H2).text(&token.name);
    if token.target_gone {
        html.element(Tag::P).class("note").class("note-bad").text(my::target_gone(lang));
    }
    html.element(Tag::Dl).class("facts").body(|html| {
        fact(html, my::place(lang), |html| {
            html.text(&place(frame, token, members, choices, owner));
        });
        fact(html, my::last_use(lang), |html| match last_at {
            Some(at) => ago(html, lang, now, *at),
            None => html.text(my::never(lang)),
        });
        fact(html, my::calls(lang), |html| html.text(&calls.to_string()));
        fact(html, my::cost(lang), |html| {
            let (text, each) = match members {
                Some(each) => (my::cost_is(lang), each),
                None => (my::cost_at_least(lang), 1),
            };
            let cost = u64::try_from(*sends).unwrap_or(0).saturating_mul(each);
            html.text(&fill(text, &[("n", &cost.to_string())]));
        });
    });
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
                pick(html, frame, choices, Some(&token.target));
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

/// Where a token's messages go, for people.
fn place(
    frame: &Frame<'_>,
    token: &TokenRow,
    members: Option<u64>,
    choices: &[Choice],
    owner: Owner<'_>,
) -> String {
    let known = choices.iter().find(|choice| choice.id == token.target);
    let name = match (known, &token.target_name) {
        (Some(choice), _) => choice.name.clone(),
        (None, Some(name)) => name.clone(),
        (None, None) => token.target.clone(),
    };
    let place = match members {
        Some(count) if token.target != owner.user && count > 1 => {
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

/// The chats to pick one of.
fn pick(html: &mut Html, frame: &Frame<'_>, choices: &[Choice], current: Option<&str>) {
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
