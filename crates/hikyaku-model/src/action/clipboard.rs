use serde::{Deserialize, Serialize};

use crate::{
    Checker, Extra,
    limits::Length,
    setters::setters,
    union::{extra, tagged},
};

/// The text that a clipboard action copies.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#clipboard-action>
pub const CLIPBOARD_TEXT: Length = Length::utf16(1000);

/// Copies text to the clipboard.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#clipboard-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "clipboard", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClipboardAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text, at most 1,000 UTF-16 code units.
    pub clipboard_text: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ClipboardAction>")]
    pub extra: Extra,
}

tagged!(ClipboardAction = "clipboard");

impl ClipboardAction {
    /// Creates an action that copies this text, without a label.
    pub fn new(text: impl Into<String>) -> Self {
        Self { label: None, clipboard_text: text.into(), extra: Extra::default() }
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.length("clipboardText", &self.clipboard_text, CLIPBOARD_TEXT);
    }
}

setters!(ClipboardAction { into { label: String } });
