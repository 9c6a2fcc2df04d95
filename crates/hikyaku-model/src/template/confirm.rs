use serde::{Deserialize, Serialize};

use super::check_actions;
use crate::{
    Action, Check, Checker, Extra,
    limits::{Count, Length},
    union::{extra, tagged},
};

/// The text of a confirm template.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#confirm>
pub const CONFIRM_TEXT: Length = Length::graphemes(240);

/// The number of buttons in a confirm template.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#confirm>
pub const CONFIRM_ACTIONS: Count = Count { min: 2, max: 2 };

/// A template with a text and two buttons.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#confirm>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "confirm", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConfirmTemplate {
    /// The text, at most 240 grapheme clusters.
    pub text: String,
    /// The two buttons.
    pub actions: Vec<Action>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ConfirmTemplate>")]
    pub extra: Extra,
}

tagged!(ConfirmTemplate = "confirm");

impl ConfirmTemplate {
    /// Creates a template with a text and two buttons.
    pub fn new(text: impl Into<String>, actions: [Action; 2]) -> Self {
        Self { text: text.into(), actions: actions.into(), extra: Extra::default() }
    }
}

impl Check for ConfirmTemplate {
    fn check(&self, checker: &mut Checker) {
        checker.length("text", &self.text, CONFIRM_TEXT);
        check_actions(&self.actions, CONFIRM_ACTIONS, checker);
    }
}
