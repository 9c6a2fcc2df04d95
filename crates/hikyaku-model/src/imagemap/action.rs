use serde::{Deserialize, Serialize};

use super::ImagemapArea;
use crate::{
    Check, Checker, Extra, Unknown,
    action::CLIPBOARD_TEXT,
    limits::{self, Length},
    setters::setters,
    union::{extra, tagged, union},
};

/// The label of an area, counted like that of any action.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
pub const IMAGEMAP_LABEL: Length = Length::graphemes(100).or_empty();

/// The text sent on a tap.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message-action-object>
pub const IMAGEMAP_TEXT: Length = Length::utf16(400);

/// The action on a tap on an area of an imagemap.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-action-objects>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ImagemapAction {
    /// Sends text as the user.
    Message(MessageImagemapAction),
    /// Opens a page, an app or a phone number.
    Uri(UriImagemapAction),
    /// Copies text to the clipboard.
    Clipboard(ClipboardImagemapAction),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// Sends text as the user.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message-action-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "message", rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageImagemapAction {
    /// The label for screen readers, at most 100 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text, at most 400 UTF-16 code units.
    pub text: String,
    /// The area to tap.
    pub area: ImagemapArea,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, MessageImagemapAction>")]
    pub extra: Extra,
}

/// Opens a page, an app or a phone number.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-uri-action-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "uri", rename_all = "camelCase")]
#[non_exhaustive]
pub struct UriImagemapAction {
    /// The label for screen readers, at most 100 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The URI to open: `http`, `https`, `line` or `tel`, at most 1,000 characters, percent-encoded.
    pub link_uri: String,
    /// The area to tap.
    pub area: ImagemapArea,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, UriImagemapAction>")]
    pub extra: Extra,
}

/// Copies text to the clipboard.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-clipboard-action-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "clipboard", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClipboardImagemapAction {
    /// The label for screen readers, at most 100 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The text, at most 1,000 UTF-16 code units.
    pub clipboard_text: String,
    /// The area to tap.
    pub area: ImagemapArea,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ClipboardImagemapAction>")]
    pub extra: Extra,
}

tagged!(
    MessageImagemapAction = "message",
    UriImagemapAction = "uri",
    ClipboardImagemapAction = "clipboard",
);
union!(ImagemapAction {
    Message(MessageImagemapAction),
    Uri(UriImagemapAction),
    Clipboard(ClipboardImagemapAction),
});

impl ImagemapAction {
    /// Creates an action that sends text as the user.
    pub fn message(text: impl Into<String>, area: ImagemapArea) -> Self {
        MessageImagemapAction { label: None, text: text.into(), area, extra: Extra::default() }
            .into()
    }

    /// Creates an action that opens a page, an app or a phone number.
    pub fn uri(uri: impl Into<String>, area: ImagemapArea) -> Self {
        UriImagemapAction { label: None, link_uri: uri.into(), area, extra: Extra::default() }
            .into()
    }

    /// Creates an action that copies text to the clipboard.
    pub fn clipboard(text: impl Into<String>, area: ImagemapArea) -> Self {
        let clipboard_text = text.into();
        ClipboardImagemapAction { label: None, clipboard_text, area, extra: Extra::default() }
            .into()
    }
}

setters!(MessageImagemapAction { into { label: String } });
setters!(UriImagemapAction { into { label: String } });
setters!(ClipboardImagemapAction { into { label: String } });

impl Check for ImagemapAction {
    fn check(&self, checker: &mut Checker) {
        let label = match self {
            Self::Message(action) => {
                checker.length("text", &action.text, IMAGEMAP_TEXT);
                &action.label
            }
            Self::Uri(action) => {
                checker.uri("linkUri", &action.link_uri, limits::LINK);
                &action.label
            }
            Self::Clipboard(action) => {
                checker.length("clipboardText", &action.clipboard_text, CLIPBOARD_TEXT);
                &action.label
            }
            Self::Unknown(unknown) => return unknown.check(checker),
        };
        checker.optional_length("label", label.as_deref(), IMAGEMAP_LABEL);
    }
}
