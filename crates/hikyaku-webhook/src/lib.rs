//! LINE webhooks: verified, read and routed to handlers.
//!
//! ```
//! use hikyaku_model::{ChannelSecret, event::EventKind};
//! use hikyaku_webhook::{Verifier, Webhook, sign};
//!
//! let secret = ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8")?;
//! let body = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"follow","replyToken":"abc"}]}"#;
//! let signature = sign(&secret, body); // what LINE sends in `x-line-signature`
//!
//! let verifier = Verifier::new(&secret);
//! verifier.verify(&*signature, body)?;
//! for event in Webhook::borrow(body)?.events {
//!     assert!(matches!(event.kind, EventKind::Follow(_)));
//!     assert_eq!(event.reply_token(), Some("abc"));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Verifier`] and [`Webhook`] need only a header and bytes. [`Receiver`] combines both for requests of the `http`
//! crate, and [`Router`] dispatches each event to its handler; none of them needs a runtime.
//!
//! # Events that can be lost
//! Reading loses no event: unknown ones and those that do not fit their type are passed on with their JSON. But the
//! queue is in memory only: [`axum::callback`] answers LINE with 200 before it handles a webhook. If the program
//! crashes, up to 256 waiting webhooks and 32 in progress (settings of [`axum::Queue`]) are lost, and LINE does not
//! send them again. The crate `hikyaku-inbox` stores them on disk before the 200, and handles each chat in order.
//! # Features
//! - `axum`: the server side of a bot, with a bounded queue.
//! - `regex`: routes by regular expression.

// docs.rs marks what a feature adds.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../../../docs/webhooks.md")]
mod guide {}

mod body;
mod boxed;
mod error;
mod receive;
mod router;
mod seen;
mod signature;

#[cfg(feature = "axum")]
pub mod axum;

pub use body::Webhook;
pub use boxed::{BoxError, BoxFuture};
pub use error::Error;
pub use hikyaku_model::event::{Expired, ReplyToken};
pub use receive::{BODY_LIMIT, Receiver};
#[cfg(feature = "regex")]
pub use regex_lite::Regex;
pub use router::{Context, Handled, Outcome, Passed, Router};
pub use seen::{Seen, SeenInMemory};
pub use signature::{SIGNATURE_HEADER, Verifier, sign};
