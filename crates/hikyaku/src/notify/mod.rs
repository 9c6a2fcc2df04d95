//! A client for the API of LINE Notify.
//!
//! LINE shut the service down on 2025-03-31, and its hosts no longer serve it. A [`NotifyClient`] still calls them by
//! default, so that a program has to state its host: your own gateway, such as `hikyaku gateway`, that serves the same
//! API and delivers through the Messaging API.
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
