use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr};

/// The message that a user unsent. LINE asks bots to delete any stored copy.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#unsend-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnsendDetail<S = SharedStr> {
    /// The message id.
    pub message_id: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> UnsendDetail<S> {
    /// Creates the detail for the message with this id.
    pub fn new(message_id: impl Into<S>) -> Self {
        Self { message_id: message_id.into(), extra: Extra::default() }
    }
}

object! {
    UnsendDetail<S> is "the detail of an unsend, which is an object" {
        required message_id = "messageId",
    }
}
