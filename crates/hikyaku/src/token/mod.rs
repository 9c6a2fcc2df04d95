//! Channel access tokens: issuing, verifying and revoking them, and a provider that keeps a client supplied.
//!
//! | kind | validity | limit | calls |
//! |---|---|---|---|
//! | stateless | 15 minutes | none | [`issue_stateless_token`](crate::Client::issue_stateless_token),
//! [`issue_stateless_token_by_jwt`](crate::Client::issue_stateless_token_by_jwt) |
//! | v2.1 | up to 30 days | 30; a further one is refused | [`issue_v2_1_token`](crate::Client::issue_v2_1_token) and
//! related calls |
//! | short-lived | 30 days | 30; a further one revokes the oldest |
//! [`issue_short_lived_token`](crate::Client::issue_short_lived_token) |
//! | long-lived | unlimited | 1 | issued in the LINE Developers Console |
//!
//! None of these calls carries the client's own token, so a client [without one](crate::Client::without_token) can make
//! them. A program that only wants to send gives its client a [`TokenProvider`] and never handles a token:
//!
//! ```no_run
//! use hikyaku::{Client, token::TokenProvider};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = std::env::var("LINE_CHANNEL_SECRET")?.parse()?;
//! let client = Client::builder_with(TokenProvider::stateless("1234567890", secret)).build()?;
//! client.push("U4af4980629000000000000000000000a", "hello").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>

mod short_lived;
mod stateless;
mod v2_1;
mod verified;

pub use v2_1::KeyIds;
pub use verified::VerifiedToken;

use crate::{
    route::Route,
    supply::{STATELESS, V2_1},
};

pub use crate::supply::{AssertionKey, IssuedToken, KeptToken, TokenFile, TokenProvider};

pub(crate) static ROUTES: &[&Route] = &[
    &short_lived::ISSUE,
    &short_lived::VERIFY,
    &short_lived::REVOKE,
    &V2_1,
    &v2_1::KEY_IDS,
    &v2_1::VERIFY,
    &v2_1::REVOKE,
    &STATELESS,
];
