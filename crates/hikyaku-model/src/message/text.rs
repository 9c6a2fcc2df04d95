use serde::{Deserialize, Serialize};

use crate::{Check, Checker, Extra, limits::Length};

/// The text of a text message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
pub const TEXT: Length = Length::utf16(5000);

/// A text message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextMessage {
    /// The text, at most 5,000 UTF-16 code units.
    pub text: String,
    /// The message that this one quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TextMessage {
    /// A text that quotes nothing.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), quote_token: None, extra: Extra::default() }
    }

    /// Quotes the message that LINE gave this token for.
    pub fn quote_token(mut self, token: impl Into<String>) -> Self {
        self.quote_token = Some(token.into());
        self
    }
}

impl Check for TextMessage {
    fn check(&self, checker: &mut Checker) {
        checker.length("text", &self.text, TEXT);
    }
}
