//! The list of chats.

use std::collections::HashMap;

use hikyaku_page::{
    chat::avatar,
    html::{Attribute, Html, Tag},
};
use jiff::Timestamp;

use super::{
    asked::Asked,
    history::{self, Step},
};
use crate::state::{World, chat::Target, friendship::Friendship};

/// In how many of the newest messages and acts a search looks for its words.
const MOST_SEARCHED: usize = 20_000;

/// How many chats are listed at most; the others can be searched for.
const MOST: usize = 200;

/// The chats of a channel's account.
#[derive(Debug)]
pub(super) struct List {
    items: Vec<Item>,
    /// How many there are, listed or not.
    all: usize,
    is_search: bool,
}

#[derive(Debug)]
struct Item {
    chat: Target,
    name: String,
    members: Option<usize>,
    friendship: Option<Friendship>,
    last: Option<Last>,
    /// The newest message that has what is searched for, and its words.
    found: Option<(u64, String)>,
}

/// What happened last in a chat.
#[derive(Debug)]
struct Last {
    at: Timestamp,
    words: Option<String>,
    /// The place of the last delivery, to tell whether it was seen.
    delivery: u64,
}

/// The same, before anything is read.
#[derive(Debug)]
struct Steps<'a> {
    at: Timestamp,
    /// The last one that a phone shows.
    shown: Option<Step<'a>>,
    delivery: u64,
    found: Option<(u64, String)>,
}

impl List {
    /// Those with the latest news first, then all others.
    pub(super) fn of(world: &World, channel: usize, asked: &Asked) -> Self {
        let is_search = !asked.find.is_empty();
        let mut order = Vec::new();
        let mut lasts: HashMap<Target, Steps<'_>> = HashMap::new();
        for (place, step) in history::newest(world, channel).enumerate() {
            // Without a search no more of them are listed, however much there is.
            if !is_search && order.len() >= MOST {
                break;
            }
            let last = lasts.entry(step.chat()).or_insert_with_key(|chat| {
                order.push(chat.clone());
                Steps { at: step.at(), shown: None, delivery: 0, found: None }
            });
            if last.shown.is_none() && step.is_shown() {
                last.shown = Some(step);
            }
            if let (0, Step::Arrival(arrival)) = (last.delivery, step) {
                last.delivery = arrival.seq;
            }
            if is_search && place < MOST_SEARCHED && last.found.is_none() {
                let mut texts = history::texts(&step, asked.lang).into_iter();
                last.found = texts.find(|(_, text)| text.to_lowercase().contains(&asked.find));
            }
        }
        let friends = &world.channels[channel].friends;
        let mut groups: Vec<Target> = world
            .chats
            .iter()
            .filter(|(_, chat)| chat.channels.contains(&channel))
            .map(|(id, _)| Target::Chat(id.into()))
            .filter(|chat| !lasts.contains_key(chat))
            .collect();
        groups.sort_unstable_by_key(Target::id);
        let others = friends.known().map(Target::User).filter(|chat| !lasts.contains_key(chat));
        let all = groups.len() + others.clone().count() + order.len();
        let candidates = order.into_iter().chain(groups).chain(others);
        let named = candidates.filter_map(|chat| {
            let (name, members) = name(world, &chat);
            let found = || lasts.get(&chat).is_some_and(|steps| steps.found.is_some());
            let fits = !is_search || name.to_lowercase().contains(&asked.find) || found();
            fits.then_some((chat, name, members))
        });
        let items = named.take(MOST).map(|(chat, name, members)| {
            let friendship = match &chat {
                Target::User(user) => Some(friends.get(*user)),
                Target::Chat(_) => None,
            };
            let last = lasts.get(&chat).map(|steps| Last {
                at: steps.at,
                words: steps.shown.as_ref().and_then(|step| words(step, asked)),
                delivery: steps.delivery,
            });
            let found = lasts.get(&chat).and_then(|steps| steps.found.clone());
            Item { chat, name, members, friendship, last, found }
        });
        let items = items.collect();
        Self { items, all, is_search }
    }

    /// The chat to show where none was chosen.
    pub(super) fn first(&self) -> Option<Target> {
        self.items.first().map(|item| item.chat.clone())
    }

    pub(super) fn draw(&self, open: Option<&Target>, asked: &Asked, html: &mut Html) {
        let lang = asked.lang;
        html.element(Tag::Ul).class("chats").set(Attribute::DataPart, "chats").body(|html| {
            for item in &self.items {
                item.draw(open == Some(&item.chat), asked, html);
            }
            if self.items.is_empty() {
                let words = if self.is_search { lang.nobody_found() } else { lang.nobody() };
                html.element(Tag::Li).class("hint").set(Attribute::DataId, "empty").text(words);
            } else if self.all > self.items.len() && !self.is_search {
                let words = format!("{} / {} {}", self.items.len(), self.all, lang.more_people());
                html.element(Tag::Li).class("hint").set(Attribute::DataId, "more").text(&words);
            }
        });
    }
}

impl Item {
    fn draw(&self, is_open: bool, asked: &Asked, html: &mut Html) {
        let (lang, id) = (asked.lang, self.chat.id());
        html.element(Tag::Li).set(Attribute::DataId, id.as_str()).body(|html| {
            let delivery = self.last.as_ref().map_or(0, |last| last.delivery);
            let found = self.found.as_ref().map(|(id, _)| id.to_string());
            let button = html.element(Tag::Button).class("chat-item").plain_button();
            button
                .set(Attribute::DataDo, "open")
                .set(Attribute::DataTo, id.as_str())
                .set(Attribute::DataState, &delivery.to_string())
                .set_some(Attribute::AriaCurrent, is_open.then_some("true"))
                .set_some(Attribute::DataAt, found.as_deref())
                .body(|html| {
                    avatar(&self.name, html);
                    html.span("chat-words").body(|html| {
                        html.span("chat-top").body(|html| {
                            html.span("chat-name").text(&self.name);
                            if let Some(members) = self.members {
                                html.span("chat-count").text(&format!("({members})"));
                            }
                            if let Some(last) = &self.last {
                                html.element(Tag::Time)
                                    .class("chat-time")
                                    .text(&asked.short_time(last.at));
                            }
                        });
                        html.span("chat-bottom").body(|html| {
                            let badge = match self.friendship {
                                Some(Friendship::Blocked) => Some(lang.blocked()),
                                Some(Friendship::None) => Some(lang.stranger()),
                                _ => None,
                            };
                            if let Some(badge) = badge {
                                html.span("badge").text(badge);
                            }
                            let found = self.found.as_ref().map(|(_, words)| words.as_str());
                            let last = self.last.as_ref().and_then(|last| last.words.as_deref());
                            let words = found.or(last);
                            html.span("chat-last").text(words.unwrap_or_default());
                            html.span("chat-dot").set(Attribute::AriaHidden, "true").empty();
                        });
                    });
                });
        });
    }
}

/// The last words of a step. Texts are cut to what a line can show.
fn words(step: &Step<'_>, asked: &Asked) -> Option<String> {
    let words = match step {
        Step::Act(act) => history::deed_summary(&act.deed, asked.lang)?,
        Step::Arrival(arrival) => history::summary(arrival.sent.messages.last()?.get(), asked.lang),
    };
    Some(words.chars().take(80).collect())
}

/// What a chat is called, and how many are in it.
pub(super) fn name(world: &World, chat: &Target) -> (String, Option<usize>) {
    match chat {
        Target::User(user) => {
            let name = world.people.get(*user).and_then(|person| person.display_name.clone());
            (name.unwrap_or_else(|| user.id().as_str().to_owned()), None)
        }
        Target::Chat(id) => match world.chats.get(id) {
            Some(chat) => (chat.name.clone(), Some(chat.members.len())),
            None => (id.to_string(), None),
        },
    }
}
