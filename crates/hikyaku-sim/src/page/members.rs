//! Who is in a group: what a mention can mean, and who can come and go.

use hikyaku_model::UserId;
use hikyaku_page::{
    Lang,
    chat::avatar,
    html::{Attribute, Html, Tag},
};

use super::{asked::Asked, chats};
use crate::state::{World, chat::Target, person::UserKey};

/// How many people are offered to come.
const MOST_OFFERED: usize = 20;

/// How many members are named.
const MOST: usize = 500;

/// The members of the chat that is open. A chat with one person has none.
#[derive(Debug, Default)]
pub(super) struct Members {
    chat: Option<Target>,
    account: String,
    bot: Option<UserId>,
    /// Whether the account takes part.
    is_there: bool,
    named: Vec<(UserKey, String)>,
    /// Who is not in it and could come; read only while somebody looks.
    others: Vec<(UserKey, String)>,
}

/// The first members of a group or room, with their names.
pub(super) fn named(world: &World, id: &str) -> Vec<(UserKey, String)> {
    let members = world.chats.get(id).into_iter().flat_map(|chat| &chat.members).take(MOST);
    members.map(|user| (*user, chats::name(world, &Target::User(*user)).0)).collect()
}

impl Members {
    pub(super) fn of(world: &World, channel: usize, chat: Option<&Target>, asked: &Asked) -> Self {
        let Some(Target::Chat(id)) = chat else { return Self::default() };
        let Some(group) = world.chats.get(id) else { return Self::default() };
        let account = &world.channels[channel];
        let others = world.people.iter().filter(|(user, _)| !group.members.contains(user));
        let others = others.filter_map(|(user, _)| {
            let (name, _) = chats::name(world, &Target::User(user));
            name.to_lowercase().contains(&asked.member).then_some((user, name))
        });
        let most = if asked.shows_members { MOST_OFFERED } else { 0 };
        Self {
            chat: chat.cloned(),
            account: account.name.clone(),
            bot: Some(account.bot.clone()),
            is_there: group.channels.contains(&channel),
            named: named(world, id),
            others: others.take(most).collect(),
        }
    }

    pub(super) fn draw(&self, lang: Lang, html: &mut Html) {
        self.draw_mentionable(lang, html);
        html.element(Tag::Ul).class("members").set(Attribute::DataPart, "members").body(|html| {
            let Some(chat) = &self.chat else { return };
            let act = if self.is_there {
                (lang.take_out(), "membership", "DELETE".to_owned())
            } else {
                (lang.invite_account(), "membership", "PUT".to_owned())
            };
            let note = if self.is_there { lang.account() } else { lang.has_left() };
            member("account", &self.account, note, &act, html);
            let path = |user: UserKey| format!("/chats/{}/members/{}", chat.id(), user.id());
            for (user, name) in &self.named {
                let act = (lang.take_out(), "call", format!("DELETE {}", path(*user)));
                let id = user.id();
                member(id.as_str(), name, "", &act, html);
            }
            if !self.others.is_empty() {
                let head = html.element(Tag::Li).class("members-head");
                head.set(Attribute::DataId, "others").text(lang.not_members());
            }
            for (user, name) in &self.others {
                let act = (lang.add(), "call", format!("PUT {}", path(*user)));
                let id = user.id();
                member(id.as_str(), name, "", &act, html);
            }
        });
    }

    /// Whom a text can mention, for the script to offer.
    fn draw_mentionable(&self, lang: Lang, html: &mut Html) {
        let list = html.element(Tag::Ul).class("mention-list").set(Attribute::Id, "mention-list");
        let list = list.set(Attribute::Role, "listbox").set(Attribute::AriaLabel, lang.mention());
        list.set(Attribute::DataPart, "mentions").body(|html| {
            if self.chat.is_none() {
                return;
            }
            let bot = self.bot.as_ref().filter(|_| self.is_there);
            if let Some(bot) = bot {
                mentionable(bot.as_str(), &self.account, lang.account(), html);
            }
            for (user, name) in &self.named {
                mentionable(user.id().as_str(), name, "", html);
            }
            mentionable("all", lang.everyone(), lang.every_member(), html);
        });
    }
}

/// A row with a button: its words, what it does, and to what.
fn member(id: &str, name: &str, note: &str, act: &(&str, &str, String), html: &mut Html) {
    let (words, does, to) = act;
    html.element(Tag::Li).class("member").set(Attribute::DataId, id).body(|html| {
        avatar(name, html);
        html.span("member-name").text(name);
        if !note.is_empty() {
            html.span("fine").text(note);
        }
        html.element(Tag::Button)
            .class("quiet")
            .plain_button()
            .set(Attribute::DataDo, does)
            .set(Attribute::DataTo, to)
            .set(Attribute::AriaLabel, &format!("{words}: {name}"))
            .text(words);
    });
}

fn mentionable(id: &str, name: &str, note: &str, html: &mut Html) {
    let option = html.element(Tag::Li).class("mentionable").set(Attribute::DataId, id);
    let option = option.set(Attribute::Id, &format!("mention-{id}"));
    let option = option.set(Attribute::Role, "option").set(Attribute::AriaSelected, "false");
    option.set(Attribute::DataTo, id).set(Attribute::DataCopy, name).body(|html| {
        avatar(name, html);
        html.span("member-name").text(name);
        if !note.is_empty() {
            html.span("fine").text(note);
        }
    });
}
