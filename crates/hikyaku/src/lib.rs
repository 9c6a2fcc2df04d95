//! A client for LINE's Messaging API: typed, with safe retries built in.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use hikyaku::{Client, ErrorKind, model::Message};
//!
//! let client = Client::from_env()?;
//! match client.push("U4af4980629000000000000000000000a", Message::text("hi")).await {
//!     Ok(sent) => println!("accepted as request {:?}", sent.request_id),
//!     Err(error) if error.kind() == ErrorKind::QuotaExceeded => println!("no messages left"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - A [`Client`] is a value: cheap to clone, one for each channel.
//! - An operation with options is a type that is awaited: [`Client::push`], [`Client::narrowcast`]. The sends and what
//!   belongs to them are in [`message`]; every operation there is stands in [`operation::OPERATIONS`].
//! - Sends return [`Accepted`], reads return an [`Answer`]; both, and every [`Error`], know the request id, the status
//!   and the headers.
//! - LINE's limits are checked before anything is sent, all at once: [`ErrorKind::Invalid`].
//! - What is repeated, and what never is: [`RetryPolicy`].
//! - Tokens that renew themselves: [`TokenProvider`]. LINE Notify's API: [`notify`].
//! - [`model`] has the messages, the ids and the limits, and needs no runtime.
//!
//! Without async: feature `blocking` adds the module `blocking`, with the same calls.
//!
//! Behind a proxy: `HTTPS_PROXY` and `NO_PROXY` are heeded, and [`ClientBuilder::proxy`] names one. A company's own
//! certificates: [`ClientBuilder::root_certificates`] adds roots. A [`Transport`](transport::Transport) of your own
//! carries the requests however else they must travel.

// docs.rs marks what a feature adds.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod audience;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod content;
pub mod coupon;
pub mod group;
pub mod insight;
pub mod liff;
pub mod login;
pub mod membership;
pub mod message;
pub mod mini_app;
pub mod module;
pub mod notify;
pub mod operation;
pub mod page;
pub mod rich_menu;
pub mod token;
pub mod transport;

mod accepted;
mod account_link;
mod aggregation;
mod answer;
mod bot_info;
mod client;
mod connection;
mod date;
mod error;
mod exchange;
mod form;
mod hostname;
mod hosts;
mod json;
mod judge;
mod messages;
mod multipart;
mod phone_number;
mod profile;
mod random;
mod reply_to;
mod request;
mod retry;
mod retry_key;
mod route;
mod shop;
mod supply;
mod target;
mod throttle;
mod to;
mod upload;
mod user_ids;
mod webhook_endpoint;

pub use accepted::{Accepted, SentMessage};
pub use account_link::LinkToken;
pub use aggregation::{AggregationUnitNames, AggregationUnitUsage};
pub use answer::Answer;
pub use bot_info::{BotInfo, ChatMode, MarkAsReadMode};
pub use client::{Client, ClientBuilder};
pub use date::{Date, InvalidDate};
pub use error::{Detail, Error, ErrorKind};
pub use hikyaku_model as model;
pub use messages::{IntoMessages, Messages};
pub use phone_number::{InvalidPhoneNumber, hash_phone_number};
pub use profile::Profile;
pub use reply_to::{IntoReplyTo, ReplyTo};
pub use retry::RetryPolicy;
pub use retry_key::{InvalidRetryKey, RetryKey};
pub use supply::TokenProvider;
pub use to::{IntoTo, To};
pub use user_ids::UserIds;
pub use webhook_endpoint::{WebhookEndpoint, WebhookTest};

/// Keeps the program in the project's README true.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
