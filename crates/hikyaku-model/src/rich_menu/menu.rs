use serde::{Deserialize, Serialize};

use crate::{
    Action, Check, Checker, Extra,
    action::ActionPlace,
    limits::{Count, Length, Problem},
};

/// The name of a rich menu, shown only to its developers.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_NAME: Length = Length::graphemes(300);

/// The text of the chat bar that opens a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_CHAT_BAR_TEXT: Length = Length::graphemes(14);

/// The number of areas in a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-object>
pub const RICH_MENU_AREAS: Count = Count { min: 0, max: 20 };

/// A rich menu. Its image is uploaded separately.
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
    /// The name, shown only to its developers; at most 300 grapheme clusters.
    pub name: String,
    /// The text of the chat bar, at most 14 grapheme clusters.
    pub chat_bar_text: String,
    /// The tappable areas, at most 20.
    pub areas: Vec<RichMenuArea>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenu {
    /// Creates a menu that starts closed and has no areas yet.
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

    /// Sets whether the menu is open when a user opens the chat.
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
    /// The width, 800 to 2500.
    pub width: u32,
    /// The height, at least 250 and at most the width divided by 1.45.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuSize {
    /// Creates a size in pixels.
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

/// A tappable area of the image.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#area-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuArea {
    /// The position and size of the area.
    pub bounds: RichMenuBounds,
    /// The action on a tap.
    pub action: Action,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuArea {
    /// Creates an area, in pixels from the image's top left corner.
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

/// The bounds of an area, in pixels from the image's top left corner.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bounds-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuBounds {
    /// The distance from the left edge.
    pub x: u32,
    /// The distance from the top edge.
    pub y: u32,
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
