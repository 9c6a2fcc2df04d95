//! A client for LINE's Messaging API.

pub mod content;
pub mod group;
pub mod message;
pub mod notify;
pub mod operation;
pub mod page;
pub mod rich_menu;
pub mod token;
pub mod transport;

mod accepted;
mod account_link;
mod answer;
mod bot_info;
mod client;
mod connection;
mod date;
mod error;
mod form;
mod messages;
mod multipart;
mod profile;
mod random;
mod request;
mod retry;
mod route;
mod user_ids;
mod webhook_endpoint;

pub use accepted::{Accepted, SentMessage};
pub use account_link::LinkToken;
pub use answer::Answer;
pub use bot_info::{BotInfo, ChatMode, MarkAsReadMode};
pub use client::{Client, ClientBuilder};
pub use error::{Detail, Error, ErrorKind};
pub use hikyaku_model as model;
pub use messages::{Messages, To};
pub use profile::Profile;
pub use retry::RetryPolicy;
pub use token::TokenProvider;
pub use user_ids::UserIds;
pub use uuid::Uuid;
pub use webhook_endpoint::{WebhookEndpoint, WebhookTest};
