//! The events of a webhook.
//!
//! LINE adds types, values and fields without notice. Those that this version does not know are kept and written back.
//! An event of a known type whose JSON does not fit becomes [`EventKind::Unknown`] with the reason, and does not affect
//! the other events of the webhook.
//!
//! ```
//! use hikyaku_model::event::{Event, EventKind};
//!
//! let json = r#"{"type":"follow","mode":"active","timestamp":1462629479859,"replyToken":"abc",
//!     "source":{"type":"user","userId":"U4af4980629"},"follow":{"isUnblocked":false}}"#;
//! let event: Event = serde_json::from_str(json)?;
//!
//! assert_eq!(event.reply_token(), Some("abc"));
//! assert_eq!(event.user_id().unwrap().as_str(), "U4af4980629");
//! assert!(matches!(event.kind, EventKind::Follow(Some(detail)) if !detail.is_unblocked));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Borrowed text
//! Every type here that holds text is generic over it: `Event` is `Event<SharedStr>` and owns its text,
//! `Event<Str<'_>>` borrows its text from the JSON. Neither allocates for each text, as long as an owned event is read
//! from a body that its texts share, as a webhook's events are.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>

mod kind;
mod source;

pub mod message;

mod account_link;
mod beacon;
mod delivery;
mod follow;
mod members;
mod membership;
mod module;
mod postback;
mod unsend;
mod video_play_complete;

mod fields;
mod object;
mod read;
mod reply_token;
mod write;

pub use crate::{
    shared_str::SharedStr,
    text::{Str, Text},
};
pub use account_link::{LinkContent, LinkResult};
pub use beacon::{BeaconContent, BeaconType};
pub use delivery::{DeliveryContext, PnpDelivery};
pub use follow::FollowDetail;
pub use kind::{EventKind, EventType, Misfit, Unknown};
pub use members::Members;
pub use membership::{MembershipContent, MembershipType};
pub use message::{ContentKind, ContentType, MessageContent};
pub use module::{ChatControl, DetachReason, ModuleContent, ModuleType};
pub use postback::{PostbackContent, PostbackParams, RichMenuSwitchStatus};
pub use reply_token::{Expired, ReplyToken};
pub use source::{Source, SourceKind};
pub use unsend::UnsendDetail;
pub use video_play_complete::VideoPlayComplete;

use crate::{ChatId, Extra, UserId, word::words};
use message::TextMessageContent;

/// The reply tokens of the two events that LINE's console used to send to verify a URL.
const DUMMY_REPLY_TOKENS: [&str; 2] =
    ["00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"];

/// One event of a webhook.
///
/// The fields are those that all events share. Each is optional because LINE omits it from some: `standby` events have
/// no reply token, a failed account link has no source.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#common-properties>
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<S = SharedStr> {
    /// The kind of event, with its payload.
    pub kind: EventKind<S>,
    /// The user or chat that the event comes from.
    pub source: Option<Source>,
    /// The time of the event, in milliseconds since 1970. A redelivery keeps it.
    pub timestamp: Option<i64>,
    /// Whether the bot may respond.
    pub mode: Option<Mode>,
    /// The event's unique id, a ULID. A redelivery keeps it.
    pub webhook_event_id: Option<S>,
    /// Whether the event is a redelivery.
    pub delivery_context: Option<DeliveryContext>,
    /// The reply token: good for one reply, within a minute.
    pub reply_token: Option<S>,
    /// Fields that this version does not know.
    pub extra: Extra,
    raw: Option<S>,
}

words! {
    /// Whether the bot may respond to the event.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#common-properties>
    Mode {
        /// The bot may respond.
        Active = "active",
        /// Another module channel acts for the account; the bot should send nothing.
        Standby = "standby",
    }
}

impl<S> Event<S> {
    /// Creates an event of this kind with nothing else set.
    pub fn new(kind: EventKind<S>) -> Self {
        Self {
            kind,
            source: None,
            timestamp: None,
            mode: None,
            webhook_event_id: None,
            delivery_context: None,
            reply_token: None,
            extra: Extra::default(),
            raw: None,
        }
    }

    /// Returns the user or chat that the event comes from. A failed account link and a delivery have none.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// Returns whether the event happened in a one-on-one chat, not in a group or room.
    pub fn is_one_to_one(&self) -> bool {
        self.source.as_ref().is_some_and(|it| matches!(it.kind, SourceKind::User))
    }

    /// Returns the user who caused the event, if LINE reports it.
    pub fn user_id(&self) -> Option<&UserId> {
        self.source.as_ref()?.user_id.as_ref()
    }

    /// Returns the chat of the event, as the target of a push.
    pub fn chat_id(&self) -> Option<ChatId> {
        self.source.as_ref()?.chat_id()
    }

    /// Returns whether another module channel acts for the account now, so that this bot should send nothing.
    pub fn is_standby(&self) -> bool {
        self.mode == Some(Mode::Standby)
    }

    /// Returns whether LINE sent this event before and got no 2xx response. An event can also arrive twice without this
    /// flag: only its id is reliable.
    pub fn is_redelivery(&self) -> bool {
        self.delivery_context.as_ref().is_some_and(|context| context.is_redelivery)
    }

    /// Returns the type of event.
    pub fn event_type(&self) -> EventType {
        self.kind.event_type()
    }

    /// Returns whether the type of the event is known and its JSON fits it.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, EventKind::Unknown(_))
    }

    /// Returns the message of a message event, not of an edited one.
    pub fn message(&self) -> Option<&MessageContent<S>> {
        match &self.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }

    /// Returns the message that a user wrote or edited.
    fn written(&self) -> Option<&MessageContent<S>> {
        match &self.kind {
            EventKind::Message(message) | EventKind::MessageEdited(message) => Some(message),
            _ => None,
        }
    }

    /// Returns the postback of a postback event.
    pub fn postback(&self) -> Option<&PostbackContent<S>> {
        match &self.kind {
            EventKind::Postback(postback) => Some(postback),
            _ => None,
        }
    }

    /// Returns the mismatch, if the event's type is known and its JSON does not fit it.
    pub fn misfit(&self) -> Option<&Misfit<S>> {
        match &self.kind {
            EventKind::Unknown(unknown) => unknown.misfit.as_deref(),
            _ => None,
        }
    }
}

impl<S: AsRef<str>> Event<S> {
    /// Returns the event's `type`; empty if it has none.
    pub fn type_word(&self) -> &str {
        self.kind.type_word()
    }

    /// Returns the reply token.
    pub fn reply_token(&self) -> Option<&str> {
        self.reply_token.as_ref().map(S::as_ref)
    }

    /// Returns the event's unique id.
    pub fn webhook_event_id(&self) -> Option<&str> {
        self.webhook_event_id.as_ref().map(S::as_ref)
    }

    /// Returns whether the event is a dummy. LINE's console used to send such events to verify a URL, with a user who
    /// does not exist and one of two reply tokens that cannot be replied to.
    pub fn is_dummy(&self) -> bool {
        self.reply_token().is_some_and(|token| DUMMY_REPLY_TOKENS.contains(&token))
    }

    /// Returns the text of a message or of an edited one, if it is a text. An edit comes with a reply token of its own.
    pub fn text(&self) -> Option<&str> {
        match &self.written()?.kind {
            ContentKind::Text(text) => Some(text.text.as_ref()),
            _ => None,
        }
    }

    /// Returns whether the event is a text, new or edited, that mentions this bot. One-on-one chats have no mentions.
    pub fn mentions_me(&self) -> bool {
        self.text_content().is_some_and(TextMessageContent::mentions_me)
    }

    /// Returns the text of a message, new or edited, without the mentions of this bot: the question to the bot.
    pub fn without_my_mentions(&self) -> Option<String> {
        self.text_content().map(TextMessageContent::without_my_mentions)
    }

    /// Returns the id of the message that a message, new or edited, quotes.
    pub fn quoted_message_id(&self) -> Option<&str> {
        let quoted = match &self.written()?.kind {
            ContentKind::Text(text) => &text.quoted_message_id,
            ContentKind::Sticker(sticker) => &sticker.quoted_message_id,
            _ => return None,
        };
        quoted.as_ref().map(S::as_ref)
    }

    fn text_content(&self) -> Option<&TextMessageContent<S>> {
        match &self.written()?.kind {
            ContentKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the exact JSON from which [`Event::read`] read the event. `None` for an event made otherwise.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_ref().map(S::as_ref)
    }
}

/// Two events are equal if their content is equal; the formatting of their JSON does not matter.
impl<S: PartialEq> PartialEq for Event<S> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.source == other.source
            && self.timestamp == other.timestamp
            && self.mode == other.mode
            && self.webhook_event_id == other.webhook_event_id
            && self.delivery_context == other.delivery_context
            && self.reply_token == other.reply_token
            && self.extra == other.extra
    }
}
