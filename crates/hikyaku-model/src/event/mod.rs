//! The events of a webhook.
//!
//! LINE adds types, words and fields without notice. What this version does not know is kept and written back; an
//! event of a known type whose JSON does not fit becomes [`EventKind::Unknown`] with the reason, and its neighbours are
//! not touched.
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
//! # Text that is borrowed
//! Every type here that holds text is generic over it: `Event` is `Event<SharedStr>` and owns its text, `Event<Str<'_>>`
//! borrows it from the JSON. Neither costs an allocation for each text, if an owned one is read from a body that the
//! texts share, as a webhook's events are.
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

/// The reply tokens of the two events that LINE's console once sent to verify a URL.
const DUMMY_REPLY_TOKENS: [&str; 2] =
    ["00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"];

/// One event of a webhook.
///
/// What all events share is here, each field optional because LINE leaves it out of some: `standby` events have no
/// reply token, a failed account link has no source.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#common-properties>
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<S = SharedStr> {
    /// What happened.
    pub kind: EventKind<S>,
    /// Where it happened.
    pub source: Option<Source>,
    /// When it happened, in milliseconds since 1970. A redelivery keeps it.
    pub timestamp: Option<i64>,
    /// Whether the bot is to answer.
    pub mode: Option<Mode>,
    /// What tells events apart, a ULID. A redelivery keeps it.
    pub webhook_event_id: Option<S>,
    /// Whether the event is sent again.
    pub delivery_context: Option<DeliveryContext>,
    /// What a reply is sent with, once and within a minute.
    pub reply_token: Option<S>,
    /// Fields that this version does not know.
    pub extra: Extra,
    raw: Option<S>,
}

words! {
    /// Whether the bot is to answer.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#common-properties>
    Mode {
        /// The bot may answer.
        Active = "active",
        /// Another module channel speaks for the account; the bot should send nothing.
        Standby = "standby",
    }
}

impl<S> Event<S> {
    /// An event of this kind with nothing else set.
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

    /// Where the event happened. A failed account link and a delivery have none.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// Whether it happened in a chat with one user, and not in a group or room.
    pub fn is_one_to_one(&self) -> bool {
        self.source.as_ref().is_some_and(|it| matches!(it.kind, SourceKind::User))
    }

    /// The user who made it happen, if LINE tells.
    pub fn user_id(&self) -> Option<&UserId> {
        self.source.as_ref()?.user_id.as_ref()
    }

    /// The chat it happened in: what a push is sent to.
    pub fn chat_id(&self) -> Option<ChatId> {
        self.source.as_ref()?.chat_id()
    }

    /// Whether another module channel speaks for the account now, so that this bot should send nothing.
    pub fn is_standby(&self) -> bool {
        self.mode == Some(Mode::Standby)
    }

    /// Whether LINE sent this event before and got no good answer. An event can come twice without it, too: only its
    /// id tells for sure.
    pub fn is_redelivery(&self) -> bool {
        self.delivery_context.as_ref().is_some_and(|context| context.is_redelivery)
    }

    /// The type of event.
    pub fn event_type(&self) -> EventType {
        self.kind.event_type()
    }

    /// Whether the type of the event is known and its JSON fits it.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, EventKind::Unknown(_))
    }

    /// The message of a message event, not of an edited one.
    pub fn message(&self) -> Option<&MessageContent<S>> {
        match &self.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The postback of a postback event.
    pub fn postback(&self) -> Option<&PostbackContent<S>> {
        match &self.kind {
            EventKind::Postback(postback) => Some(postback),
            _ => None,
        }
    }

    /// What does not fit, if this is an event of a known type whose JSON does not fit it.
    pub fn misfit(&self) -> Option<&Misfit<S>> {
        match &self.kind {
            EventKind::Unknown(unknown) => unknown.misfit.as_deref(),
            _ => None,
        }
    }
}

impl<S: AsRef<str>> Event<S> {
    /// LINE's word for the type of event; empty if it has none.
    pub fn type_word(&self) -> &str {
        self.kind.type_word()
    }

    /// What a reply is sent with.
    pub fn reply_token(&self) -> Option<&str> {
        self.reply_token.as_ref().map(S::as_ref)
    }

    /// What tells events apart.
    pub fn webhook_event_id(&self) -> Option<&str> {
        self.webhook_event_id.as_ref().map(S::as_ref)
    }

    /// Whether nobody did this: LINE's console once sent such events to verify a URL, with a user who does not exist and
    /// one of two reply tokens that no reply can be sent with.
    pub fn is_dummy(&self) -> bool {
        self.reply_token().is_some_and(|token| DUMMY_REPLY_TOKENS.contains(&token))
    }

    /// The text of a message event that has text.
    pub fn text(&self) -> Option<&str> {
        match &self.message()?.kind {
            ContentKind::Text(text) => Some(text.text.as_ref()),
            _ => None,
        }
    }

    /// Whether it is a text that mentions this bot; in a chat with one user there are no mentions.
    pub fn mentions_me(&self) -> bool {
        self.text_content().is_some_and(TextMessageContent::mentions_me)
    }

    /// The text of a message event without the mentions of this bot: what the bot was asked.
    pub fn without_my_mentions(&self) -> Option<String> {
        self.text_content().map(TextMessageContent::without_my_mentions)
    }

    /// The message that a message event quotes.
    pub fn quoted_message_id(&self) -> Option<&str> {
        let quoted = match &self.message()?.kind {
            ContentKind::Text(text) => &text.quoted_message_id,
            ContentKind::Sticker(sticker) => &sticker.quoted_message_id,
            _ => return None,
        };
        quoted.as_ref().map(S::as_ref)
    }

    fn text_content(&self) -> Option<&TextMessageContent<S>> {
        match &self.message()?.kind {
            ContentKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The JSON that the event was read from with [`Event::read`], to the byte. `None` for an event made otherwise.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_ref().map(S::as_ref)
    }
}

/// Two events are equal if they say the same; how their JSON was written does not matter.
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
