use serde::{Deserialize, Serialize};

use crate::{Check, Checker, Extra, limits::Problem};

/// An alias of a rich menu, so that a switch action keeps working when the menu is replaced.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-alias>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuAlias {
    /// The alias: at most 32 of `[a-z0-9_-]`.
    pub rich_menu_alias_id: String,
    /// The rich menu id that the alias points to.
    pub rich_menu_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuAlias {
    /// Creates an alias for a menu.
    pub fn new(alias: impl Into<String>, rich_menu_id: impl Into<String>) -> Self {
        Self {
            rich_menu_alias_id: alias.into(),
            rich_menu_id: rich_menu_id.into(),
            extra: Extra::default(),
        }
    }
}

impl Check for RichMenuAlias {
    fn check(&self, checker: &mut Checker) {
        let word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let alias = self.rich_menu_alias_id.as_bytes();
        if !(1..=32).contains(&alias.len()) || !alias.iter().copied().all(word) {
            checker.report_field("richMenuAliasId", Problem::Pattern("[a-z0-9_-]{1,32}"));
        }
        checker.required("richMenuId", &self.rich_menu_id);
    }
}
