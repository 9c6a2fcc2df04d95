//! LINE Login v2.1 for servers: the user's identity, and calls on the user's behalf.
//!
//! The user opens an [`AuthorizeUrl`] and comes back with a code, which [`Client::issue_login`] exchanges for tokens.
//! An [`IdTokenVerifier`] verifies the ID token without a call to LINE, [`Client::verify_id_token`] with one. None of
//! these calls carries a channel access token, so a [client without one](Client::without_token) can make them, with the
//! exception of [`Client::deauthorize`].
//!
//! ```no_run
//! use std::time::SystemTime;
//!
//! use hikyaku::{Client, login::{IdTokenVerifier, LoginChannel}};
//!
//! # async fn example(code: &str, nonce: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let channel = LoginChannel::new("1234567890", std::env::var("LINE_LOGIN_SECRET")?.parse()?);
//! let client = Client::without_token().build()?;
//! let login = client.issue_login(&channel, code, "https://example.com/back").await?;
//! if let Some(id_token) = &login.id_token {
//!     let claims = IdTokenVerifier::new(&channel).verify(id_token, Some(nonce), SystemTime::now())?;
//!     println!("{} logged in", claims.sub);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Sources: <https://developers.line.biz/en/reference/line-login/>,
//! <https://developers.line.biz/en/docs/line-login/integrate-line-login/>

mod authorize;
mod channel;
mod deauthorize;
mod friendship;
mod id_token;
mod issue;
mod keys;
mod revoke;
mod user;
mod verifier;
mod verify;

pub use authorize::{AuthorizeUrl, code_challenge};
pub use channel::LoginChannel;
pub use friendship::Friendship;
pub use id_token::{IdTokenClaims, VerifyIdToken};
pub use issue::{IssueLogin, Login};
pub use keys::{LoginKey, LoginKeys};
pub use user::UserInfo;
pub use verifier::{IdTokenVerifier, InvalidIdToken};
pub use verify::VerifiedLogin;

#[cfg(doc)]
use crate::Client;
use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &issue::ROUTE,
    &verify::ROUTE,
    &revoke::ROUTE,
    &id_token::ROUTE,
    &keys::ROUTE,
    &user::INFO,
    &user::PROFILE,
    &friendship::ROUTE,
    &deauthorize::ROUTE,
];
