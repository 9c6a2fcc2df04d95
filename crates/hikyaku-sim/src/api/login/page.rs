use hikyaku_page::{
    Lang, STYLES,
    html::{Asset, Attribute, Document, FormTarget, Html, Tag},
};

use super::request::Authorization;
use crate::{
    api::Scene,
    state::{login::Scope, person::UserKey},
};

/// How the pages look, beside the design tokens of all pages.
const STYLE: Asset = Asset::new(include_str!("page.css"));

/// How many people can be chosen from.
const MOST_SHOWN: usize = 50;

/// The page where a person agrees, or does not. It needs no script.
pub(super) fn consent_page(
    scene: &Scene<'_>,
    asked: &Authorization,
    session: Option<UserKey>,
    lang: Lang,
) -> String {
    let people = &scene.world.people;
    let linked = scene.world.logins.get(asked.login).map(|login| login.linked);
    let provider = linked.map_or(0, |linked| scene.world.channels[linked].provider);
    let mut users: Vec<UserKey> = people.of(provider).map(|(user, _)| user).collect();
    users.sort_unstable_by_key(|user| (Some(*user) != session, *user));
    let channel = scene.world.logins.get(asked.login).map(|login| login.id.to_string());
    let channel = channel.unwrap_or_default();
    page(lang, lang.login_title(), |html| {
        html.element(Tag::H1).text(lang.login_title());
        html.element(Tag::P).text(&lang.login_asks().replace("{}", &channel));
        html.element(Tag::Ul).body(|html| {
            for scope in asked.scopes.iter().filter(|scope| **scope != Scope::Email) {
                html.element(Tag::Li).text(match scope {
                    Scope::Profile => lang.scope_profile(),
                    Scope::Openid => lang.scope_openid(),
                    Scope::Email => lang.scope_email(),
                    Scope::ChatMessageWrite => lang.scope_chat(),
                });
            }
        });
        html.element(Tag::Form).posted().body(|html| {
            if asked.scopes.contains(&Scope::Email) {
                tick(html, "email", true, lang.scope_email());
            }
            if asked.asks_to_add {
                tick(html, "add", true, lang.login_add());
            }
            if users.is_empty() {
                html.element(Tag::P).text(lang.login_nobody());
            }
            for user in users.iter().take(MOST_SHOWN) {
                let id = user.id();
                let name = people.get(*user).and_then(|person| person.display_name.as_deref());
                let button = html.element(Tag::Button).class("go").submit("user", id.as_str());
                let words = lang.login_as().replace("{}", name.unwrap_or(id.as_str()));
                button.set(Attribute::Title, id.as_str()).text(&words);
            }
            if let Some(more) = users.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
                let words = lang.login_more().replace("{}", &more.to_string());
                html.element(Tag::P).class("fine").text(&words);
            }
            html.element(Tag::Button).submit("answer", "deny").text(lang.cancel());
            html.element(Tag::Button).submit("answer", "fail").text(lang.login_fail());
        });
    })
}

/// The page about a request that nobody else can be told of.
pub(super) fn error_page(why: &str) -> String {
    page(Lang::English, "400 Bad Request", |html| {
        html.element(Tag::H1).text("400 Bad Request");
        html.element(Tag::P).text(why);
    })
}

/// The page whose form brings fields to a channel. LINE's presses its button by itself; here a person does, who so sees what
/// is sent.
pub(super) fn posting_page(target: &FormTarget, fields: &[(&str, &str)]) -> String {
    page(Lang::English, "Back to the service", |html| {
        html.element(Tag::H1).text("Back to the service");
        html.element(Tag::Form).post_to(target).body(|html| {
            for (name, value) in fields {
                html.element(Tag::Input).hidden(name, value).empty();
            }
            html.element(Tag::Button).class("go").text("Continue");
        });
    })
}

/// The page that ends the linking of accounts.
pub(super) fn linked_page() -> String {
    page(Lang::English, "Accounts linked", |html| {
        html.element(Tag::H1).text("Accounts linked");
        html.element(Tag::P).text("The bot is told by an accountLink event.");
    })
}

fn tick(html: &mut Html, name: &'static str, is_ticked: bool, words: &str) {
    html.element(Tag::Label).body(|html| {
        html.element(Tag::Input).checkbox(name, is_ticked).empty();
        html.text(words);
    });
}

fn page(lang: Lang, title: &str, content: impl FnOnce(&mut Html)) -> String {
    let [tokens, ..] = STYLES;
    let document =
        Document::new(lang.tag(), title).pictures(false).forms().style(tokens).style(STYLE);
    let body = |html: &mut Html| html.element(Tag::Main).class("login").body(content);
    document.body(body).into()
}
