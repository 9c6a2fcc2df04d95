//! A client for the API of LINE Notify.
//!
//! LINE ended the service on 2025-03-31, and its hosts no longer serve it. They are still what a [`NotifyClient`] calls
//! unless told otherwise, so that a program says openly where it goes instead: to a gateway of one's own that speaks the
//! same API and delivers through the Messaging API, such as `hikyaku gateway`.
//!
//! ```no_run
//! use hikyaku::notify::{NotifyClient, NotifyToken};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = NotifyClient::builder().api_base_url("http://gateway.internal:8080").build()?;
//! let token: NotifyToken = std::env::var("LINE_NOTIFY_TOKEN")?.parse()?;
//! let sent = client.notify(&token, "the backup is done").sticker(446, 1988).await?;
//! println!("{:?} more this hour", sent.rate_limits.remaining);
//! # Ok(())
//! # }
//! ```
//!
//! Source of the API's rules: <https://notify-bot.line.me/doc/en/> (as it was)

mod client;
mod endpoint;
mod judge;
mod oauth;
mod rate_limits;
mod revoke;
mod send;
mod status;

pub use client::{NotifyClient, NotifyClientBuilder};
pub use hikyaku_model::{NotifyClientSecret, NotifyToken};
pub use rate_limits::RateLimits;
pub use revoke::Revocation;
pub use send::{Notified, Notify};
pub use status::{Status, TargetType};
