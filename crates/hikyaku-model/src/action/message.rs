use serde::{Deserialize, Serialize};

use crate::{
    Checker, Extra,
    limits::Length,
    setters::setters,
    union::{extra, tagged},
};

/// The text of a message action.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#message-action>
pub const MESSAGE_TEXT: Length = Length::graphemes(300);

/// Sends text as the user.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#message-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "message", rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text, at most 300 grapheme clusters.
    pub text: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, MessageAction>")]
    pub extra: Extra,
}

tagged!(MessageAction = "message");

impl MessageAction {
    /// Creates an action that sends this text, without a label.
    pub fn new(text: impl Into<String>) -> Self {
        Self { label: None, text: text.into(), extra: Extra::default() }
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.length("text", &self.text, MESSAGE_TEXT);
    }
}

setters!(MessageAction { into { label: String } });
