//! `/my`: a person's tokens.

use std::fmt::Write;

use hikyaku_page::html::{Tag, Url};
use http::StatusCode;

use super::{
    Site,
    person::{Owner, frame, is_name},
    token_card::{Card, Choice, OTHER, pick},
    visit::Visit,
};
use crate::{
    AccessToken, ChatRow, Error, TokenRow,
    answer::{Answer, page_answer, see_other},
    calendar,
    deliver::Told,
    page::{Tone, button, empty, field, section, to_copy},
    state::{Chosen, OwnedToken},
    words::{self, fill, my},
};

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
        let mut cards = Vec::new();
        for owned in &tokens {
            let OwnedToken { token, .. } = owned;
            let spent = match token.budget {
                Some(_) => self.state.used(&token.owner()).await?,
                None => 0,
            };
            let members = self.members(token).await;
            cards.push(Card { owned, owner, members, spent, now, choices: &choices });
        }
        let frame = frame(visit, "/my", &who, notice);
        let page = frame.draw(|html| {
            if tokens.is_empty() {
                empty(html, my::no_tokens(lang));
            }
            html.element(Tag::Ul).class("cards").body(|html| {
                for card in &cards {
                    html.element(Tag::Li).class("part").body(|html| card.draw(html, &frame));
                }
            });
            section(html, my::new_token(lang), |html| {
                let name = if status == StatusCode::OK { "" } else { visit.given("name") };
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
        let (lang, name, chat) = (visit.lang, visit.given("name"), visit.given("chat"));
        let wrong = |why| Some((why, Tone::Bad));
        if !is_name(name) {
            let notice = wrong(my::bad_name(lang));
            return self.list(visit, owner, StatusCode::BAD_REQUEST, notice).await;
        }
        if chat == OTHER {
            let issued =
                self.state.unlinked_for(owner.channel, owner.user, name, lang, None).await?;
            let Some(issued) = issued else { return self.too_many(visit, owner).await };
            return self.made(visit, owner, name, &Made::Code(issued.token, issued.code)).await;
        }
        let notice = match self.state.issue_for(owner.channel, owner.user, name, chat).await? {
            Chosen::Made(token) => {
                return self.made(visit, owner, name, &Made::Token(token)).await;
            }
            Chosen::NotThere => wrong(my::not_there(lang)),
            Chosen::TooMany => return self.too_many(visit, owner).await,
        };
        self.list(visit, owner, StatusCode::BAD_REQUEST, notice).await
    }

    /// The list, above which it says that there are as many as there may be.
    async fn too_many(&self, visit: &Visit<'_>, owner: Owner<'_>) -> Result<Answer, Error> {
        let notice = Some((my::too_many(visit.lang), Tone::Bad));
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
            Told::Refused(_) | Told::Conflict | Told::Withdrawn => "refused",
            Told::MonthUsedUp | Told::BudgetUsedUp => "quota",
            Told::OurFault | Told::NoChannel => "fault",
        }))
    }

    /// `POST /my/move`.
    pub(super) async fn move_token(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let Some(token) = self.own_token(visit, owner).await? else { return Ok(told("gone")) };
        let chat = visit.given("chat");
        if chat == OTHER {
            let Owner { channel, user } = owner;
            let moves = Some(token.id);
            let issued =
                self.state.unlinked_for(channel, user, &token.name, visit.lang, moves).await?;
            let Some(issued) = issued else { return self.too_many(visit, owner).await };
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
        match visit.given("id").parse() {
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
        let api = match &self.notify_url {
            Some(url) if !visit.place.serves_notify => Some(url.clone()),
            _ => self.public_url.clone().or_else(|| visit.origin()),
        };
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
                    if let Some(url) = Url::path("/my") {
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

    /// How many messages of the quota one notification costs, if LINE tells.
    async fn members(&self, token: &TokenRow) -> Option<u64> {
        if token.target.starts_with('U') {
            return Some(1);
        }
        Some(self.accounts.get(&token.channel)?.recipients(&token.target).await)
    }
}

fn told(what: &str) -> Answer {
    see_other(&format!("/my?told={what}"))
}
