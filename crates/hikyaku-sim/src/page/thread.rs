//! The chat that is open.

use std::{collections::HashMap, sync::Arc};

use hikyaku_model::{
    Message, MessageKind,
    event::{ContentKind, PostbackContent, SharedStr},
    message::{LocationMessage, StickerMessage},
};
use hikyaku_page::{
    Lang, Look,
    chat::{self, Entry, Time},
    html::{Attribute, Html, Tag, Url},
};
use jiff::{Timestamp, Zoned};

use super::{
    asked::Asked,
    chats,
    history::{self, Step},
};
use crate::state::{
    World,
    chat::Target,
    friendship::Friendship,
    outbox::{Arrival, Sent},
    person::UserKey,
    talk::{Act, Deed},
    webhook::WebhookReason,
};

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

/// One row.
#[derive(Debug)]
struct Line {
    id: String,
    at: Timestamp,
    /// Who says it; nobody of the people where the account does.
    user: Option<UserKey>,
    body: Body,
    is_read: bool,
    problem: Option<String>,
    quoted: Option<u64>,
}

#[derive(Debug)]
enum Body {
    /// A message of the account, as JSON, which is read while nobody waits for the state.
    Sent(Arc<Sent>, usize),
    Message(Box<Message>),
    Picture(Url),
    File(String, u64),
    Notice(String),
}

impl Thread {
    pub(super) fn of(world: &World, channel: usize, chat: &Target, asked: &Asked) -> Self {
        let account = &world.channels[channel];
        let me = asked.speaker(world, chat);
        let name_of = |user: UserKey| chats::name(world, &Target::User(user)).0;
        let (members, is_there) = match chat {
            Target::User(user) => (vec![(*user, name_of(*user))], true),
            Target::Chat(id) => world.chats.get(id).map_or_else(Default::default, |group| {
                let members = group.members.iter().take(MOST_MEMBERS);
                let members = members.map(|user| (*user, name_of(*user))).collect();
                (members, group.channels.contains(&channel))
            }),
        };
        let mut look = Look::new(asked.lang);
        for (user, name) in &members {
            look = look.name(user.id(), name.clone());
        }
        let mut lines = Vec::new();
        let mut has_more = false;
        let mut before = None;
        for step in history::newest(world, channel).filter(|step| step.is_in(chat)) {
            if lines.len() >= asked.most {
                has_more = true;
                break;
            }
            match step {
                Step::Act(act) => lines.extend(said(world, act, asked, &name_of)),
                Step::Arrival(arrival) => {
                    // Each member of a group has a delivery of its own.
                    let sent = Arc::as_ptr(arrival.sent);
                    if before.replace(sent) != Some(sent) {
                        sent_lines(arrival, &mut lines);
                    }
                    continue;
                }
            }
            before = None;
        }
        lines.reverse();
        let now = world.clock.now();
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
                None if self.is_there => Some((lang.remove_account(), "DELETE")),
                None => Some((lang.invite_account(), "PUT")),
            };
            let is_group = matches!(self.chat, Target::Chat(_));
            if let Some((words, to)) = act {
                let does = if is_group { "membership" } else { "friendship" };
                html.element(Tag::Button)
                    .class("quiet")
                    .plain_button()
                    .set(Attribute::DataId, does)
                    .set(Attribute::DataDo, does)
                    .set(Attribute::DataTo, to)
                    .text(words);
            }
            if is_group {
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
        let others = [("quote", lang.quote())];
        let own = [("quote", lang.quote()), ("unsend", lang.unsend())];
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
                (Body::File(name, bytes), _) => Entry::file(name, *bytes),
                (_, Some(message)) => Entry::message(message, ""),
                (_, None) => continue,
            };
            let hour = u8::try_from(at.hour()).unwrap_or(0);
            let minute = u8::try_from(at.minute()).unwrap_or(0);
            let mut entry = entry.id(&line.id).at(Time { hour, minute });
            entry = match line.user {
                Some(user) if Some(user) == self.me => entry.mine(),
                Some(user) => entry.by(self.member(user)),
                None => entry.by(&self.account),
            };
            if line.is_read {
                entry = entry.read();
            }
            entry = match line.id.parse::<u64>() {
                // The id of a message; what has none cannot be quoted.
                Ok(_) if line.user.is_some() && line.user == self.me => entry.acts(&own),
                Ok(_) => entry.acts(&others),
                Err(_) => entry,
            };
            if let Some(problem) = &line.problem {
                entry = entry.problem(problem);
            }
            let quoted = line.quoted.or_else(|| message.as_ref().and_then(quoted_by));
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
                html.element(Tag::P).class("foot-note").set(Attribute::DataId, "apart").text(words);
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

/// How many members of a group are named.
const MOST_MEMBERS: usize = 500;

impl Line {
    fn message(&self) -> Option<Message> {
        match &self.body {
            Body::Sent(sent, at) => serde_json::from_str(sent.messages.get(*at)?.get()).ok(),
            Body::Message(message) => Some((**message).clone()),
            _ => None,
        }
    }

    /// What stands for it in a quote.
    fn words(&self, lang: Lang) -> Option<String> {
        match &self.body {
            Body::Sent(sent, at) => Some(history::summary(sent.messages.get(*at)?.get(), lang)),
            Body::Message(message) => {
                Some(history::summary(&serde_json::to_string(message).ok()?, lang))
            }
            Body::Picture(_) => Some(lang.picture().to_owned()),
            Body::File(name, _) => Some(name.clone()),
            Body::Notice(_) => None,
        }
    }
}

/// The messages of a delivery, newest first.
fn sent_lines(arrival: Arrival<'_>, lines: &mut Vec<Line>) {
    for (at, id) in arrival.sent.message_ids.iter().enumerate().rev() {
        lines.push(Line {
            id: id.to_string(),
            at: arrival.at,
            user: None,
            body: Body::Sent(arrival.sent.clone(), at),
            is_read: false,
            problem: None,
            quoted: None,
        });
    }
}

/// What a person did, as a row.
fn said(
    world: &World,
    act: &Act,
    asked: &Asked,
    name_of: &impl Fn(UserKey) -> String,
) -> Option<Line> {
    let lang = asked.lang;
    let who = act.user.map(name_of);
    let notice = |words: &str| {
        let name = who.as_deref().unwrap_or_default();
        // Japanese and Chinese write no space between a name and what follows it.
        let gap = if matches!(lang.tag(), "ja" | "zh-Hant") { "" } else { " " };
        Some(Body::Notice(format!("{name}{gap}{words}").trim().to_owned()))
    };
    let (body, message_id, quoted) = match &act.deed {
        Deed::Said { message_id, content } => {
            let (body, quoted) = content_body(world, act.channel, *message_id, content, lang);
            (Some(body), Some(*message_id), quoted)
        }
        Deed::Displayed(text) => {
            (Some(Body::Message(Message::text(text.clone()).into())), None, None)
        }
        Deed::Unsent => (notice(lang.unsent()), None, None),
        Deed::Tapped(content) => (Some(Body::Notice(tapped(content, lang))), None, None),
        Deed::Followed => (notice(lang.added_account()), None, None),
        Deed::Blocked => (notice(lang.blocked_account()), None, None),
        Deed::Joined if act.user.is_none() => (notice(lang.account_joined()), None, None),
        Deed::Left if act.user.is_none() => (notice(lang.account_left()), None, None),
        Deed::Joined => (notice(lang.joined()), None, None),
        Deed::Left => (notice(lang.left()), None, None),
    };
    let read_up_to = world.channels[act.channel].read_up_to(&act.chat);
    Some(Line {
        id: message_id.map_or_else(|| format!("act-{}", act.seq), |id| id.to_string()),
        at: act.at,
        user: act.user,
        body: body?,
        is_read: message_id.is_some_and(|id| read_up_to >= Some(id)),
        problem: failure(world, act).map(|why| format!("{}: {why}", lang.not_told())),
        quoted,
    })
}

/// Why the bot was not told of an act, if it was tried.
fn failure(world: &World, act: &Act) -> Option<String> {
    let webhook = world.webhooks.get(act.webhook?)?;
    let last = webhook.attempts.last()?;
    (last.reason != WebhookReason::Ok).then(|| last.detail.clone())
}

fn tapped(content: &PostbackContent, lang: Lang) -> String {
    let picked = content.params.as_ref().and_then(|params| {
        let picked = params.date.as_ref().or(params.time.as_ref()).or(params.datetime.as_ref());
        picked.map(|picked| format!(" · {}", &**picked))
    });
    format!("{}: {}{}", lang.tapped(), &*content.data, picked.unwrap_or_default())
}

/// What a person's message looks like, and which message it quotes.
fn content_body(
    world: &World,
    channel: usize,
    message_id: u64,
    content: &ContentKind,
    lang: Lang,
) -> (Body, Option<u64>) {
    let bytes = || {
        let content = world.contents.get(channel, message_id);
        content.map_or(0, |content| content.bytes.len() as u64)
    };
    let quoted = |id: Option<&str>| id.and_then(|id| id.parse().ok());
    match content {
        ContentKind::Text(text) => {
            let message = Message::text(text.text.to_string());
            (Body::Message(message.into()), quoted(text.quoted_message_id.as_deref()))
        }
        ContentKind::Sticker(sticker) => {
            let message = StickerMessage::new(&*sticker.package_id, &*sticker.sticker_id);
            (
                Body::Message(Message::from(message).into()),
                quoted(sticker.quoted_message_id.as_deref()),
            )
        }
        ContentKind::Image(image) => {
            let elsewhere = image.content_provider.original_content_url.as_deref();
            let body = if let Some(url) = elsewhere {
                Body::Message(Message::image(url).into())
            } else {
                let channel = &world.channels[channel].id;
                let path = format!("/_sim/page/content/{channel}/{message_id}");
                match Url::path(&path).filter(|_| bytes() > 0) {
                    Some(url) => Body::Picture(url),
                    None => Body::File(lang.picture().to_owned(), 0),
                }
            };
            (body, None)
        }
        ContentKind::Video(_) => (Body::File(lang.video().to_owned(), bytes()), None),
        ContentKind::Audio(_) => (Body::File(lang.audio().to_owned(), bytes()), None),
        ContentKind::File(file) => (Body::File(file.file_name.to_string(), file.file_size), None),
        ContentKind::Location(place) => {
            let text =
                |text: &Option<SharedStr>, other: &str| text.as_deref().unwrap_or(other).to_owned();
            let title = text(&place.title, lang.location());
            let address = text(&place.address, "");
            let place = LocationMessage::new(title, address, place.latitude, place.longitude);
            (Body::Message(Message::from(place).into()), None)
        }
        _ => (Body::Notice(lang.message().to_owned()), None),
    }
}

/// The message that one of the account's quotes.
fn quoted_by(message: &Message) -> Option<u64> {
    let token = match &message.kind {
        MessageKind::Text(text) => text.quote_token.as_deref(),
        MessageKind::TextV2(text) => text.quote_token.as_deref(),
        MessageKind::Sticker(sticker) => sticker.quote_token.as_deref(),
        _ => None,
    };
    u64::from_str_radix(token?.strip_prefix("sim-quote-")?, 16).ok()
}
