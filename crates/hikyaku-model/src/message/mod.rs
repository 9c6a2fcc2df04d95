//! The messages that a bot sends.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#message-objects>

mod prepared;
mod text;

use serde::{Deserialize, Serialize};

pub use prepared::PreparedMessages;
pub use text::{TEXT, TextMessage};

use crate::{Check, Checker, Object};

/// One message to send.
///
/// The functions of this type make the usual messages; every field of every kind can be set through [`MessageKind`].
/// JSON of LINE's form converts both ways, and what this version does not know is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// What is sent.
    #[serde(flatten)]
    pub kind: MessageKind,
}

/// The kinds of message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum MessageKind {
    /// Text.
    Text(TextMessage),
    /// A newer kind, or a known one whose JSON does not fit its type; [`Check`] tells the two apart.
    #[serde(untagged)]
    Unknown(Object),
}

impl Message {
    /// A text message.
    pub fn text(text: impl Into<String>) -> Self {
        TextMessage::new(text).into()
    }
}

impl From<TextMessage> for Message {
    fn from(text: TextMessage) -> Self {
        Self { kind: MessageKind::Text(text) }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl Check for Message {
    fn check(&self, checker: &mut Checker) {
        match &self.kind {
            MessageKind::Text(text) => text.check(checker),
            MessageKind::Unknown(_) => {}
        }
    }
}
