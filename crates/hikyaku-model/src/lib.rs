//! LINE's messages, ids and limits as plain Rust data.
//!
//! This crate knows no runtime, no HTTP and no clock: it is serde types, and the rules that LINE sets for them. It
//! builds anywhere `std` does.
//!
//! ```
//! use hikyaku_model::{Check, Message};
//!
//! let hello = Message::text("hello, こんにちは");
//! assert_eq!(serde_json::to_string(&hello).unwrap(), r#"{"type":"text","text":"hello, こんにちは"}"#);
//!
//! let mistake = Message::text("").validate().unwrap_err();
//! assert_eq!(mistake.to_string(), "text: must not be empty");
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
mod union;
mod word;

pub use action::Action;
pub use event::{Event, EventKind};
pub use extra::{Extra, Object};
pub use id::{ChatId, GroupId, InvalidId, RoomId, UserId};
pub use json::InvalidJson;
pub use limits::{Check, Checker, Violation, Violations};
pub use message::{Message, MessageKind, PreparedMessages};
pub use secret::{ChannelSecret, ChannelToken, InvalidSecret, NotifyClientSecret, NotifyToken};
pub use send::SendKind;
