//! A client for LINE's Messaging API.

pub mod message;
pub mod notify;
pub mod operation;
pub mod transport;

mod accepted;
mod answer;
mod bot_info;
mod client;
mod connection;
mod error;
mod form;
mod messages;
mod multipart;
mod random;
mod request;
mod retry;
mod route;

pub use accepted::{Accepted, SentMessage};
pub use answer::Answer;
pub use bot_info::{BotInfo, ChatMode, MarkAsReadMode};
pub use client::{Client, ClientBuilder};
pub use error::{Detail, Error, ErrorKind};
pub use hikyaku_model as model;
pub use messages::{Messages, To};
pub use retry::RetryPolicy;
pub use uuid::Uuid;
