use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr, word::words};

/// The payload of a postback action that a user performed.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostbackContent<S = SharedStr> {
    /// The action's data, as the bot set it.
    pub data: S,
    /// The user's choice in a date picker, or the result of a rich menu switch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<PostbackParams<S>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> PostbackContent<S> {
    /// Creates a postback with this data and no choice.
    pub fn new(data: impl Into<S>) -> Self {
        Self { data: data.into(), params: None, extra: Extra::default() }
    }
}

object! {
    PostbackContent<S> is "a postback, which is an object" {
        required data = "data",
        optional params = "params",
    }
}

/// The user's choice: one of the first three fields for a date picker, the others for a rich menu switch.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-params-object-for-datetime-selection-action>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostbackParams<S = SharedStr> {
    /// A date, `2017-12-25`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<S>,
    /// A time, `01:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<S>,
    /// A date and time without a zone, `2017-12-25T01:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datetime: Option<S>,
    /// The alias of the rich menu that the user switched to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_rich_menu_alias_id: Option<S>,
    /// The result of the rich menu switch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RichMenuSwitchStatus>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

object! {
    PostbackParams<S> is "the parameters of a postback, which are an object" {
        optional date = "date",
        optional time = "time",
        optional datetime = "datetime",
        optional new_rich_menu_alias_id = "newRichMenuAliasId",
        optional status = "status",
    }
}

words! {
    /// The result of a rich menu switch.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#postback-params-object-for-richmenu-switch-action>
    RichMenuSwitchStatus {
        /// The menu was switched.
        Success = "SUCCESS",
        /// The alias does not exist.
        AliasNotFound = "RICHMENU_ALIAS_ID_NOTFOUND",
        /// The alias does not point to a rich menu.
        RichMenuNotFound = "RICHMENU_NOTFOUND",
        /// The switch failed for another reason.
        Failed = "FAILED",
    }
}
