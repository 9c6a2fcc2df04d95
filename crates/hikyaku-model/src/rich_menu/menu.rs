use serde::{Deserialize, Serialize};

use crate::{
    Action, Check, Checker, Extra,
    action::ActionPlace,
    limits::{Count, Length, Problem},
};

/// The name of a rich menu, which only its makers see.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_NAME: Length = Length::graphemes(300);

/// The text of the bar that opens a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_CHAT_BAR_TEXT: Length = Length::graphemes(14);

/// The areas of a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_AREAS: Count = Count { min: 0, max: 20 };

/// A rich menu. Its image is uploaded apart.
///
/// ```
/// use hikyaku_model::{Action, Check, rich_menu::{RichMenu, RichMenuArea, RichMenuSize}};
///
/// let size = RichMenuSize::new(2500, 843);
/// let menu = RichMenu::new(size, "shop", "Menu")
///     .area(RichMenuArea::new(0, 0, 1250, 843, Action::message("Buy", "buy")))
///     .area(RichMenuArea::new(1250, 0, 1250, 843, Action::uri("Site", "https://example.com/")));
/// menu.validate().unwrap();
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenu {
    /// The size of the image.
    pub size: RichMenuSize,
    /// Whether the menu is open when a user opens the chat.
    pub selected: bool,
    /// A name for its makers, at most 300 grapheme clusters.
    pub name: String,
    /// The text of the bar below the chat, at most 14 grapheme clusters.
    pub chat_bar_text: String,
    /// What can be tapped, at most 20 areas.
    pub areas: Vec<RichMenuArea>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenu {
    /// A menu that starts closed and has no areas yet.
    pub fn new(
        size: RichMenuSize,
        name: impl Into<String>,
        chat_bar_text: impl Into<String>,
    ) -> Self {
        Self {
            size,
            selected: false,
            name: name.into(),
            chat_bar_text: chat_bar_text.into(),
            areas: Vec::new(),
            extra: Extra::default(),
        }
    }

    /// Whether the menu is open when a user opens the chat.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Adds an area.
    pub fn area(mut self, area: RichMenuArea) -> Self {
        self.areas.push(area);
        self
    }
}

impl Check for RichMenu {
    fn check(&self, checker: &mut Checker) {
        checker.field("size", &self.size);
        checker.length("name", &self.name, RICH_MENU_NAME);
        checker.length("chatBarText", &self.chat_bar_text, RICH_MENU_CHAT_BAR_TEXT);
        checker.items("areas", &self.areas, RICH_MENU_AREAS);
    }
}

/// The size of a rich menu's image, in pixels.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#size-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuSize {
    /// 800 to 2500.
    pub width: u32,
    /// At least 250, and at most the width divided by 1.45.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuSize {
    /// So many pixels.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, extra: Extra::default() }
    }
}

impl Check for RichMenuSize {
    fn check(&self, checker: &mut Checker) {
        let range = |min: &str, max: &str| Problem::Range { min: min.into(), max: max.into() };
        if !(800..=2500).contains(&self.width) {
            checker.report_field("width", range("800", "2500"));
        }
        if self.height < 250 {
            checker.report_field("height", range("250", "1724"));
        } else if u64::from(self.width) * 100 < u64::from(self.height) * 145 {
            let why = "must be at most the width divided by 1.45";
            checker.report_field("height", Problem::Rule(why));
        }
    }
}

/// A part of the image, and what a tap on it does.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#area-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuArea {
    /// Which part.
    pub bounds: RichMenuBounds,
    /// What happens.
    pub action: Action,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuArea {
    /// A part of the image, in pixels from its top left corner.
    pub fn new(x: u32, y: u32, width: u32, height: u32, action: impl Into<Action>) -> Self {
        let bounds = RichMenuBounds { x, y, width, height, extra: Extra::default() };
        Self { bounds, action: action.into(), extra: Extra::default() }
    }
}

impl Check for RichMenuArea {
    fn check(&self, checker: &mut Checker) {
        checker.at(crate::limits::Segment::Field("action"), |checker| {
            self.action.check_in(ActionPlace::RichMenu, checker);
        });
    }
}

/// A part of a rich menu's image, in pixels from its top left corner.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bounds-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuBounds {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// To the right.
    pub width: u32,
    /// Downwards.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
