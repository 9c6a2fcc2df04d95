use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr, word::words};

/// The result of linking a user's LINE account with an account of the bot's service.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#account-link-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkContent<S = SharedStr> {
    /// Whether the accounts are linked. If not, the event has neither a source nor a reply token.
    pub result: LinkResult,
    /// The nonce that the bot's server generated for this user.
    pub nonce: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> LinkContent<S> {
    /// Creates the result for the account with this nonce.
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
    /// The result of an account link.
    LinkResult {
        /// The accounts are linked.
        Ok = "ok",
        /// The accounts are not linked, for example because of an attempt to impersonate the user.
        Failed = "failed",
    }
}
