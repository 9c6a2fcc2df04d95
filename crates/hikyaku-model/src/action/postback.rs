use serde::{Deserialize, Serialize};

use super::ActionPlace;
use crate::{
    Checker, Extra,
    limits::{Length, Problem},
    setters::setters,
    union::{extra, tagged},
    word::words,
};

/// The data of a postback, a date picker or a rich menu switch.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-action>
pub const POSTBACK_DATA: Length = Length::utf16(300).or_empty();

/// `displayText`, `text` and `fillInText` of a postback.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-action>
pub const POSTBACK_TEXT: Length = Length::graphemes(300).or_empty();

/// Sends data to the bot, without showing it in the chat.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "postback", rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostbackAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The data sent to the bot, at most 300 UTF-16 code units.
    pub data: String,
    /// The text that the chat shows as the user's message, at most 300 grapheme clusters. Not together with `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_text: Option<String>,
    /// The older form of `displayText`. Not in quick replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The part of the app that the tap opens or closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_option: Option<InputOption>,
    /// The initial text of the opened keyboard, at most 300 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_in_text: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, PostbackAction>")]
    pub extra: Extra,
}

words! {
    /// The part of the app that a tap on a postback opens or closes.
    InputOption {
        CloseRichMenu = "closeRichMenu",
        OpenRichMenu = "openRichMenu",
        OpenKeyboard = "openKeyboard",
        OpenVoice = "openVoice",
    }
}

tagged!(PostbackAction = "postback");

impl PostbackAction {
    /// Creates an action that sends this data, without a label.
    pub fn new(data: impl Into<String>) -> Self {
        Self {
            label: None,
            data: data.into(),
            display_text: None,
            text: None,
            input_option: None,
            fill_in_text: None,
            extra: Extra::default(),
        }
    }

    pub(super) fn check(&self, place: ActionPlace, checker: &mut Checker) {
        checker.length("data", &self.data, POSTBACK_DATA);
        checker.optional_length("displayText", self.display_text.as_deref(), POSTBACK_TEXT);
        checker.optional_length("text", self.text.as_deref(), POSTBACK_TEXT);
        checker.optional_length("fillInText", self.fill_in_text.as_deref(), POSTBACK_TEXT);
        checker.word("inputOption", self.input_option.as_ref());
        if self.text.is_some() {
            if self.display_text.is_some() {
                checker.report_field("text", Problem::Forbidden("displayText is set too"));
            }
            if place == ActionPlace::QuickReply {
                let why = "a quick reply takes displayText instead";
                checker.report_field("text", Problem::Forbidden(why));
            }
        }
        if self.fill_in_text.is_some() && self.input_option != Some(InputOption::OpenKeyboard) {
            let why = "it needs inputOption openKeyboard";
            checker.report_field("fillInText", Problem::Forbidden(why));
        }
    }
}

setters!(PostbackAction {
    into {
        label: String,
        display_text: String,
        text: String,
        input_option: InputOption,
        fill_in_text: String,
    }
});
