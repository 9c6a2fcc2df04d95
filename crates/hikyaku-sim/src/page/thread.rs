//! The chat that is open.

use std::{collections::HashMap, sync::Arc};

use hikyaku_model::{Message, MessageKind, coupon::CouponStatus};
use hikyaku_page::{
    KnownCoupon, Lang, Look,
    chat::{self, Entry, Time},
    html::{Attribute, Html, Tag},
};
use jiff::Zoned;

use super::{
    asked::{self, Asked},
    chats,
    history::{self, Step},
    line::{self, Body, Line},
    members,
};
use crate::state::{World, chat::Target, friendship::Friendship, person::UserKey};

/// What a chat shows, and what stands above and below it.
#[derive(Debug)]
pub(super) struct Thread {
    chat: Target,
    name: String,
    members: Vec<(UserKey, String)>,
    me: Option<UserKey>,
    friendship: Option<Friendship>,
    /// Whether the account takes part.
    is_there: bool,
    has_bot: bool,
    account: String,
    lines: Vec<Line>,
    has_more: bool,
    /// For how many more milliseconds the loading animation shows.
    loading: Option<i64>,
    look: Look,
}

impl Thread {
    pub(super) fn of(world: &World, channel: usize, chat: &Target, asked: &Asked) -> Self {
        let account = &world.channels[channel];
        let me = asked.speaker(world, chat);
        let name_of = |user: UserKey| chats::name(world, &Target::User(user)).0;
        let (members, is_there) = match chat {
            Target::User(user) => (vec![(*user, name_of(*user))], true),
            Target::Chat(id) => {
                let group = world.chats.get(id);
                let is_there = group.is_some_and(|group| group.channels.contains(&channel));
                (members::named(world, id), is_there)
            }
        };
        let mut look = Look::new(asked.lang);
        for (user, name) in &members {
            look = look.name(user.id(), name.clone());
        }
        let now = world.clock.now();
        let mut lines = Vec::new();
        let mut has_more = false;
        let mut before = None;
        let mut wanted = asked.at.map(|id| id.to_string());
        for step in history::newest(world, channel).filter(|step| step.is_in(chat)) {
            // A message that is looked for is shown, however old it is.
            let most = if wanted.is_some() { asked::MOST_MESSAGES } else { asked.most };
            if lines.len() >= most {
                has_more = true;
                break;
            }
            if lines.last().is_some_and(|line: &Line| Some(&line.id) == wanted.as_ref()) {
                wanted = None;
            }
            match step {
                Step::Act(act) => lines.extend(line::done(world, act, asked, &name_of)),
                Step::Arrival(arrival) => {
                    // Each member of a group has a delivery of its own.
                    let sent = Arc::as_ptr(arrival.sent);
                    if before.replace(sent) != Some(sent) {
                        line::sent(arrival, &mut lines);
                    }
                    let of = arrival.sent.received(arrival.at);
                    if me == Some(arrival.user) && account.reactions.counts(of, now) {
                        let messages = arrival.sent.message_ids.len();
                        for line in lines.iter_mut().rev().take(messages) {
                            line.delivery = Some(arrival.seq);
                        }
                    }
                    continue;
                }
            }
            before = None;
        }
        lines.reverse();
        let ids: Vec<String> = lines.iter().filter_map(Line::coupon).collect();
        let coupons = ids.into_iter().filter_map(|id| {
            let coupon = account.coupons.get(&id)?;
            let title = coupon.made_of.title.clone();
            let is_over = coupon.status(now) == CouponStatus::Closed;
            let known = if is_over { KnownCoupon::Closed } else { KnownCoupon::Running };
            Some((id, known(title)))
        });
        let look = look.coupons(coupons);
        let (friendship, loading) = match chat {
            Target::User(user) => (
                Some(account.friends.get(*user)),
                account.loading.get(user).map(|until| until.duration_since(now).as_millis()),
            ),
            Target::Chat(_) => (None, None),
        };
        let loading = loading.and_then(|left| i64::try_from(left).ok()).filter(|left| *left > 0);
        Self {
            chat: chat.clone(),
            name: chats::name(world, chat).0,
            members,
            me,
            friendship,
            is_there,
            has_bot: account.webhook.active_url().is_some(),
            account: account.name.clone(),
            lines,
            has_more,
            loading,
            look,
        }
    }

    /// Who it is with, and what can be done about that.
    pub(super) fn draw_head(&self, html: &mut Html) {
        let lang = self.look.lang;
        let part = html.element(Tag::Header).class("who-bar").set(Attribute::DataPart, "who");
        part.body(|html| {
            let id = self.chat.id();
            let writes = match (&self.chat, self.me) {
                (Target::Chat(_), Some(me)) => self.member(me),
                _ => self.name.as_str(),
            };
            html.div("who-words")
                .set(Attribute::DataId, "who")
                .set(Attribute::DataTo, id.as_str())
                .set(Attribute::DataState, &lang.write_as().replace("{}", writes))
                .body(|html| {
                    html.element(Tag::H2).class("who-name").body(|html| {
                        html.text(&self.name);
                        if matches!(self.chat, Target::Chat(_)) {
                            html.span("chat-count").text(&format!("({})", self.members.len()));
                        }
                    });
                    html.element(Tag::Button)
                        .class("who-id")
                        .plain_button()
                        .set(Attribute::DataDo, "copy")
                        .set(Attribute::DataCopy, id.as_str())
                        .set(Attribute::Title, lang.copy())
                        .text(id.as_str());
                });
            let act = match self.friendship {
                Some(Friendship::Friend) => Some((lang.block(), "blocked")),
                Some(Friendship::Blocked) => Some((lang.unblock(), "friend")),
                Some(Friendship::None) => Some((lang.follow(), "friend")),
                None => None,
            };
            if let Some((words, to)) = act {
                html.element(Tag::Button)
                    .class("quiet")
                    .plain_button()
                    .set(Attribute::DataId, "friendship")
                    .set(Attribute::DataDo, "friendship")
                    .set(Attribute::DataTo, to)
                    .text(words);
            }
            if matches!(self.chat, Target::Chat(_)) {
                html.element(Tag::Button)
                    .class("quiet")
                    .plain_button()
                    .set(Attribute::DataId, "members")
                    .set(Attribute::DataDo, "members")
                    .set(Attribute::AriaControls, "members")
                    .text(lang.members());
                let select = html.element(Tag::Select).class("quiet").set(Attribute::DataId, "as");
                let select = select.set(Attribute::DataDo, "speak");
                select.set(Attribute::AriaLabel, lang.speak_as()).body(|html| {
                    for (user, name) in &self.members {
                        html.element(Tag::Option)
                            .set(Attribute::Value, user.id().as_str())
                            .set_some(Attribute::Selected, (self.me == Some(*user)).then_some(""))
                            .text(name);
                    }
                });
            }
        });
    }

    /// Where no chat is open.
    pub(super) fn draw_none(lang: Lang, html: &mut Html) {
        html.element(Tag::Header).class("who-bar").set(Attribute::DataPart, "who").empty();
        html.div("chat").class("thread-rows").set(Attribute::DataPart, "thread").body(|html| {
            let hint = html.element(Tag::P).class("quiet-hint").set(Attribute::DataId, "none");
            hint.text(lang.nobody());
        });
        html.div("again").set(Attribute::Hidden, "").set(Attribute::DataPart, "again").empty();
        html.div("foot-notes").set(Attribute::DataPart, "foot").empty();
    }

    /// The conversation.
    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let lang = self.look.lang;
        let log = html.div("chat").class("thread-rows").set(Attribute::Role, "log");
        let log = log.set(Attribute::AriaLive, "polite").set(Attribute::AriaLabel, &self.name);
        log.set(Attribute::DataPart, "thread").body(|html| {
            if self.has_more {
                html.element(Tag::Button)
                    .class("earlier")
                    .plain_button()
                    .set(Attribute::DataId, "earlier")
                    .set(Attribute::DataDo, "earlier")
                    .text(lang.earlier());
            }
            if self.lines.is_empty() {
                html.element(Tag::P)
                    .class("quiet-hint")
                    .set(Attribute::DataId, "quiet")
                    .text(lang.quiet());
            }
            self.draw_lines(asked, html);
            if self.loading.is_some() {
                let dots = html.div("dots").set(Attribute::DataId, "dots");
                let dots =
                    dots.set(Attribute::Role, "status").set(Attribute::AriaLabel, lang.typing());
                dots.body(|html| {
                    for _ in 0..3 {
                        html.span("dot").empty();
                    }
                });
            }
        });
        // When to look again, where nothing that happens tells of it.
        let again = self.loading.map(|left| left.to_string());
        html.div("again").set(Attribute::Hidden, "").set(Attribute::DataPart, "again").body(
            |html| {
                html.span("again-in").set_some(Attribute::DataTo, again.as_deref()).empty();
            },
        );
    }

    fn draw_lines(&self, asked: &Asked, html: &mut Html) {
        let lang = self.look.lang;
        let messages: Vec<Option<Message>> = self.lines.iter().map(Line::message).collect();
        let words: HashMap<u64, (String, String)> = self
            .lines
            .iter()
            .filter_map(|line| {
                let who = line.user.map_or(self.account.as_str(), |user| self.member(user));
                Some((line.id.parse().ok()?, (who.to_owned(), line.words(lang)?)))
            })
            .collect();
        let zoned: Vec<Zoned> =
            self.lines.iter().map(|line| line.at.to_zoned(asked.zone.clone())).collect();
        let days: Vec<String> = zoned.iter().map(|at| asked.day(at.date())).collect();
        let day_ids: Vec<String> = zoned.iter().map(|at| format!("day-{}", at.date())).collect();
        let (quote, link) = (("quote", lang.quote()), ("link", lang.link()));
        let unsend = ("unsend", lang.unsend());
        let (others, own) = ([quote, link], [quote, unsend, link]);
        let own_text = [quote, ("edit", lang.edit()), unsend, link];
        // LINE lets people change their texts in groups.
        let can_edit = self.chat.id().as_str().starts_with('C');
        let webhooks: Vec<Option<String>> = self
            .lines
            .iter()
            .map(|line| line.problem.as_ref().map(|(_, entry)| entry.to_string()))
            .collect();
        let deliveries: Vec<Option<String>> =
            self.lines.iter().map(|line| line.delivery.map(|seq| seq.to_string())).collect();
        let mut entries = Vec::new();
        let mut day = None;
        for (index, (line, message)) in self.lines.iter().zip(&messages).enumerate() {
            let (Some(at), Some(name), Some(day_id)) =
                (zoned.get(index), days.get(index), day_ids.get(index))
            else {
                continue;
            };
            if day.replace(at.date()) != Some(at.date()) {
                entries.push(Entry::notice(name).id(day_id));
            }
            let entry = match (&line.body, message) {
                (Body::Notice(text), _) => {
                    let entry = Entry::notice(text).id(&line.id);
                    entries.push(entry);
                    continue;
                }
                (Body::Picture(url), _) => Entry::picture(url),
                (Body::Film(url), _) => Entry::film(url),
                (Body::Sound(url), _) => Entry::sound(url),
                (Body::File(name, bytes), _) => Entry::file(name, *bytes),
                (_, Some(message)) => Entry::message(message, ""),
                (_, None) => continue,
            };
            let hour = u8::try_from(at.hour()).unwrap_or(0);
            let minute = u8::try_from(at.minute()).unwrap_or(0);
            let mut entry = entry.id(&line.id).at(Time { hour, minute });
            if let Some(Some(delivery)) = deliveries.get(index) {
                entry = entry.target(delivery);
            }
            entry = match line.user {
                Some(user) if Some(user) == self.me => entry.mine(),
                Some(user) => entry.by(self.member(user)),
                None => entry.by(&self.account),
            };
            if line.is_read {
                entry = entry.read();
            }
            let is_own = line.user.is_some() && line.user == self.me;
            let is_text = matches!(message, Some(Message { kind: MessageKind::Text(_), .. }));
            entry = match line.id.parse::<u64>() {
                // The id of a message; what has none cannot be quoted.
                Ok(_) if is_own && is_text && can_edit => entry.acts(&own_text),
                Ok(_) if is_own => entry.acts(&own),
                Ok(_) => entry.acts(&others),
                Err(_) => entry,
            };
            if line.is_edited {
                entry = entry.edited();
            }
            entry = entry.mentioning(&line.mentions);
            if let (Some((problem, _)), Some(Some(webhook))) = (&line.problem, webhooks.get(index))
            {
                entry = entry.problem(problem).problem_act("entry", webhook);
            }
            let quoted = line.quoted.or_else(|| message.as_ref().and_then(line::quoted_by));
            if let Some((who, text)) = quoted.and_then(|id| words.get(&id)) {
                entry = entry.quoting(who, text);
            }
            entries.push(entry);
        }
        chat::rows(&entries, &self.look, html);
    }

    /// What keeps words from arriving.
    pub(super) fn draw_foot(&self, html: &mut Html) {
        let lang = self.look.lang;
        html.div("foot-notes").set(Attribute::DataPart, "foot").body(|html| {
            let blocked = self.friendship == Some(Friendship::Blocked);
            if blocked || !self.is_there {
                let words = if blocked { lang.is_blocked() } else { lang.has_left() };
                let note = html.element(Tag::P).class("foot-note").set(Attribute::DataId, "apart");
                note.body(|html| {
                    html.span("foot-words").text(words);
                    if !blocked {
                        html.element(Tag::Button)
                            .class("link")
                            .plain_button()
                            .set(Attribute::DataDo, "membership")
                            .set(Attribute::DataTo, "PUT")
                            .text(lang.invite_account());
                    }
                });
            } else if !self.has_bot {
                let note = html.element(Tag::P).class("foot-note").set(Attribute::DataId, "no-bot");
                note.body(|html| {
                    html.span("foot-words").text(lang.no_bot());
                    html.element(Tag::Button)
                        .class("link")
                        .plain_button()
                        .set(Attribute::DataDo, "connect")
                        .text(lang.connect_it());
                });
            }
        });
    }

    fn member(&self, user: UserKey) -> &str {
        let known = self.members.iter().find(|(member, _)| *member == user);
        known.map_or("?", |(_, name)| name)
    }
}
