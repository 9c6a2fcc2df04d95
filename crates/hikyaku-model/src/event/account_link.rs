use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr, word::words};

/// How the linking of a user's account with the bot's own went.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#account-link-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkContent<S = SharedStr> {
    /// Whether the accounts are linked. If not, the event has neither a source nor a reply token.
    pub result: LinkResult,
    /// The nonce that the bot's server made for this user.
    pub nonce: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> LinkContent<S> {
    /// How the link of the account with this nonce went.
    pub fn new(result: LinkResult, nonce: impl Into<S>) -> Self {
        Self { result, nonce: nonce.into(), extra: Extra::default() }
    }
}

object! {
    LinkContent<S> is "the result of an account link, which is an object" {
        required result = "result",
        required nonce = "nonce",
    }
}

words! {
    /// Whether the accounts are linked.
    LinkResult {
        /// They are.
        Ok = "ok",
        /// They are not, for example because the user impersonated another.
        Failed = "failed",
    }
}
