use serde::{Deserialize, Serialize};

use super::POSTBACK_DATA;
use crate::{
    Checker, Extra,
    limits::Length,
    setters::setters,
    union::{extra, tagged},
};

/// The alias of a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#richmenu-switch-action>
pub const RICH_MENU_ALIAS: Length = Length::utf16(32);

/// Switches to another rich menu. Rich menus only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#richmenu-switch-action>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "richmenuswitch", rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuSwitchAction {
    /// The label, counted in grapheme clusters. The place sets its limit and whether it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The alias of the rich menu to show, at most 32 characters.
    pub rich_menu_alias_id: String,
    /// The data sent to the bot, at most 300 UTF-16 code units.
    pub data: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, RichMenuSwitchAction>")]
    pub extra: Extra,
}

tagged!(RichMenuSwitchAction = "richmenuswitch");

impl RichMenuSwitchAction {
    /// Creates an action that shows the rich menu with this alias and sends the data to the bot.
    pub fn new(alias: impl Into<String>, data: impl Into<String>) -> Self {
        Self {
            label: None,
            rich_menu_alias_id: alias.into(),
            data: data.into(),
            extra: Extra::default(),
        }
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.length("richMenuAliasId", &self.rich_menu_alias_id, RICH_MENU_ALIAS);
        checker.length("data", &self.data, POSTBACK_DATA);
    }
}

setters!(RichMenuSwitchAction { into { label: String } });
