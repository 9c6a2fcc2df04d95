//! LINE's messages, ids and limits as plain Rust data.
//!
//! This crate needs no runtime, no HTTP and no clock. It consists of serde types and of the rules that LINE sets for
//! them, and builds wherever `std` does.
//!
//! # Messages
//!
//! [`Message`] creates the usual messages in one line. The types of [`message`], [`template`], [`imagemap`] and
//! [`flex`] have a setter for every field, and convert.
//!
//! ```
//! use hikyaku_model::{Message, message::{QuickReplyItem, Sender}};
//!
//! let question = Message::text("Shall we deliver today?")
//!     .quick_reply([
//!         QuickReplyItem::postback("Yes", "today=1"),
//!         QuickReplyItem::message("No", "tomorrow, please"),
//!     ])
//!     .sender(Sender::named("Courier"));
//! ```
//!
//! # JSON
//!
//! All types read and write LINE's own JSON. A field that is not set is omitted, and `false` is kept. LINE adds
//! fields, values and types without notice: unknown fields are kept in `extra`, unknown values in `Other`, and objects
//! that have an unknown type or do not fit their known one in `Unknown`. All of them are written back unchanged. A
//! known field that is `null` counts as absent.
//!
//! ```
//! use hikyaku_model::{Message, MessageKind, flex::Container};
//!
//! let pasted = r#"{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[],"brandNew":1}}"#;
//! let bubble = Container::from_json(pasted).unwrap();
//! assert_eq!(serde_json::to_value(&bubble).unwrap(), serde_json::from_str::<serde_json::Value>(pasted).unwrap());
//!
//! let message: Message = serde_json::from_str(r#"{"type":"hologram"}"#).unwrap();
//! assert!(matches!(message.kind, MessageKind::Unknown(_)));
//! ```
//!
//! # Limits
//!
//! [`Check`] finds every broken rule at once, counted as LINE counts, with its path in the JSON. Content that this
//! version does not know is left for LINE to judge; [`Checker::strict`] refuses it, as LINE does today. The targeting
//! of a narrowcast is the exception: its recipient, filter and limit must be known completely, see
//! [`Checker::allow_unknown_narrowing`].
//!
//! ```
//! use hikyaku_model::{Checker, Message, SendKind, send};
//!
//! let mut checker = Checker::default();
//! let messages = [Message::text("hi"), Message::image("http://example.com/a.png"), Message::text("")];
//! send::check_messages(&messages, Some(SendKind::Push), &mut checker);
//! let said: Vec<_> = checker.finish().unwrap_err().iter().map(ToString::to_string).collect();
//! assert_eq!(said, [
//!     "messages[1].originalContentUrl: must be a URI that begins with https",
//!     "messages[1].previewImageUrl: must be a URI that begins with https",
//!     "messages[2].text: must not be empty",
//! ]);
//! ```

pub mod action;
pub mod audience;
pub mod coupon;
pub mod event;
pub mod flex;
pub mod id;
pub mod imagemap;
pub mod limits;
pub mod message;
pub mod rich_menu;
pub mod secret;
pub mod send;
pub mod template;

mod extra;
mod json;
mod setters;
mod shape;
mod shared_str;
mod text;
mod union;
mod unknown;
mod warnings;
mod word;

pub use action::Action;
pub use event::{Event, EventKind};
pub use extra::{Extra, Object};
pub use id::{ChatId, GroupId, InvalidId, RoomId, UserId};
pub use json::InvalidJson;
pub use limits::{Check, Checker, Violation, Violations};
pub use message::{Message, MessageKind};
pub use secret::{
    ChannelSecret, ChannelToken, IdToken, InvalidSecret, NotificationToken, NotifyClientSecret,
    NotifyToken, RefreshToken, UserAccessToken,
};
pub use send::{PreparedMessages, SendKind};
pub use unknown::Unknown;
pub use warnings::{unknown_fields, warnings};
#[doc(hidden)]
pub use word::read_word;
