//! The rows of a chat: what the account has sent, and what people did.

use std::sync::Arc;

use hikyaku_model::{
    Message, MessageKind,
    event::{ContentKind, PostbackContent, SharedStr},
    message::{LocationMessage, StickerMessage},
};
use hikyaku_page::{Lang, html::Url};
use jiff::Timestamp;

use super::{
    asked::{Asked, Entry},
    content, history,
};
use crate::state::{
    World,
    outbox::{Arrival, Sent},
    person::UserKey,
    talk::{Act, Deed},
    webhook::WebhookReason,
};

/// One row, before it is drawn.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) at: Timestamp,
    /// Who says it; nobody of the people where the account does.
    pub(super) user: Option<UserKey>,
    pub(super) body: Body,
    pub(super) is_read: bool,
    /// The delivery that it came by, where it is counted what the person who looks does with it.
    pub(super) delivery: Option<u64>,
    /// Why the bot was not told of it, and the webhook that failed.
    pub(super) problem: Option<(String, Entry)>,
    /// Whether it was changed.
    pub(super) is_edited: bool,
    /// Where it mentions somebody, in UTF-16 code units.
    pub(super) mentions: Vec<(u64, u64)>,
    /// The message that it quotes, where that is not in the message itself.
    pub(super) quoted: Option<u64>,
}

/// What a row shows.
#[derive(Debug)]
pub(super) enum Body {
    /// A message of the account, as JSON, which is read while nobody waits for the state.
    Sent(Arc<Sent>, usize),
    Message(Box<Message>),
    Picture(Url),
    Film(Url),
    Sound(Url),
    File(String, u64),
    Notice(String),
}

impl Line {
    /// The message that it shows, read.
    pub(super) fn message(&self) -> Option<Message> {
        match &self.body {
            Body::Sent(sent, at) => serde_json::from_str(sent.messages.get(*at)?.get()).ok(),
            Body::Message(message) => Some((**message).clone()),
            _ => None,
        }
    }

    /// The coupon that it carries.
    pub(super) fn coupon(&self) -> Option<String> {
        let Body::Sent(sent, at) = &self.body else { return None };
        let json = sent.messages.get(*at)?.get();
        // Few messages are coupons, so that few are read for it.
        let message: Message =
            serde_json::from_str(json.contains("couponId").then_some(json)?).ok()?;
        match message.kind {
            MessageKind::Coupon(coupon) => Some(coupon.coupon_id),
            _ => None,
        }
    }

    /// What stands for it in a quote.
    pub(super) fn words(&self, lang: Lang) -> Option<String> {
        match &self.body {
            Body::Sent(sent, at) => Some(history::summary(sent.messages.get(*at)?.get(), lang)),
            Body::Message(message) => {
                Some(history::summary(&serde_json::to_string(message).ok()?, lang))
            }
            Body::Picture(_) => Some(lang.picture().to_owned()),
            Body::Film(_) => Some(lang.video().to_owned()),
            Body::Sound(_) => Some(lang.audio().to_owned()),
            Body::File(name, _) => Some(name.clone()),
            Body::Notice(_) => None,
        }
    }
}

/// The messages of a delivery, newest first.
pub(super) fn sent(arrival: Arrival<'_>, lines: &mut Vec<Line>) {
    for (at, id) in arrival.sent.message_ids.iter().enumerate().rev() {
        lines.push(Line {
            id: id.to_string(),
            at: arrival.at,
            user: None,
            body: Body::Sent(arrival.sent.clone(), at),
            is_read: false,
            delivery: None,
            problem: None,
            is_edited: false,
            mentions: Vec::new(),
            quoted: None,
        });
    }
}

/// What a person did, as a row.
pub(super) fn done(
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
        Deed::Said { message_id, content, .. } => {
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
    let (is_edited, mentions) = match &act.deed {
        Deed::Said { content: ContentKind::Text(text), is_edited, .. } => {
            let mentionees = text.mention.iter().flat_map(|mention| &mention.mentionees);
            (*is_edited, mentionees.map(|it| (it.index, it.length)).collect())
        }
        _ => (false, Vec::new()),
    };
    let read_up_to = world.channels[act.channel].read_up_to(&act.chat);
    Some(Line {
        id: message_id.map_or_else(|| format!("act-{}", act.seq), |id| id.to_string()),
        at: act.at,
        user: act.user,
        body: body?,
        is_read: message_id.is_some_and(|id| read_up_to >= Some(id)),
        delivery: None,
        problem: failure(world, act)
            .map(|(why, webhook)| (format!("{}: {why}", lang.not_told()), webhook)),
        is_edited,
        mentions,
        quoted,
    })
}

/// Why the bot was not told of an act, if it was tried, and by which webhook.
fn failure(world: &World, act: &Act) -> Option<(String, Entry)> {
    let id = act.webhook?;
    let last = world.webhooks.get(id)?.attempts.last()?;
    (last.reason != WebhookReason::Ok).then(|| (last.detail.clone(), Entry::Webhook(id)))
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
    // What the page's own server can show of it.
    let own = || content::url(world, channel, message_id);
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
                own().map_or_else(|| Body::File(lang.picture().to_owned(), 0), Body::Picture)
            };
            (body, None)
        }
        ContentKind::Video(_) => {
            (own().map_or_else(|| Body::File(lang.video().to_owned(), bytes()), Body::Film), None)
        }
        ContentKind::Audio(_) => {
            (own().map_or_else(|| Body::File(lang.audio().to_owned(), bytes()), Body::Sound), None)
        }
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
pub(super) fn quoted_by(message: &Message) -> Option<u64> {
    let token = match &message.kind {
        MessageKind::Text(text) => text.quote_token.as_deref(),
        MessageKind::TextV2(text) => text.quote_token.as_deref(),
        MessageKind::Sticker(sticker) => sticker.quote_token.as_deref(),
        _ => None,
    };
    u64::from_str_radix(token?.strip_prefix("sim-quote-")?, 16).ok()
}
