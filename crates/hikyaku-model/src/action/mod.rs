//! Actions: the effect of a tap.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#action-objects>

mod clipboard;
mod datetime_picker;
mod device;
mod message;
mod place;
mod postback;
mod rich_menu_switch;
mod uri;

use serde::Serialize;

pub use clipboard::{CLIPBOARD_TEXT, ClipboardAction};
pub use datetime_picker::{DatetimeMode, DatetimePickerAction};
pub use device::{CameraAction, CameraRollAction, LocationAction};
pub use message::{MESSAGE_TEXT, MessageAction};
pub use place::{
    ActionPlace, FLEX_LABEL, IMAGE_CAROUSEL_LABEL, QUICK_REPLY_LABEL, RICH_MENU_LABEL,
    TEMPLATE_LABEL,
};
pub use postback::{InputOption, POSTBACK_DATA, POSTBACK_TEXT, PostbackAction};
pub use rich_menu_switch::{RICH_MENU_ALIAS, RichMenuSwitchAction};
pub use uri::{AltUri, UriAction};

use crate::{Unknown, union::union};

/// The effect of a tap on a button, an item or an area.
///
/// The functions of this type create the usual actions; the type of each kind has the other options:
///
/// ```
/// use hikyaku_model::action::{Action, InputOption, PostbackAction};
///
/// let usual = Action::uri("Open", "https://example.com/");
/// let rare: Action =
///     PostbackAction::new("buy=1").label("Buy").input_option(InputOption::OpenKeyboard).into();
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Action {
    /// Sends data to the bot, without showing it in the chat.
    Postback(PostbackAction),
    /// Sends text as the user.
    Message(MessageAction),
    /// Opens a page, an app or a phone number.
    Uri(UriAction),
    /// Lets the user pick a date, a time or both.
    DatetimePicker(DatetimePickerAction),
    /// Opens the camera. Quick replies only.
    Camera(CameraAction),
    /// Opens the camera roll. Quick replies only.
    CameraRoll(CameraRollAction),
    /// Lets the user send a location. Quick replies only.
    Location(LocationAction),
    /// Switches to another rich menu. Rich menus only.
    RichMenuSwitch(RichMenuSwitchAction),
    /// Copies text to the clipboard.
    Clipboard(ClipboardAction),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

union!(Action {
    Postback(PostbackAction),
    Message(MessageAction),
    Uri(UriAction),
    DatetimePicker(DatetimePickerAction),
    Camera(CameraAction),
    CameraRoll(CameraRollAction),
    Location(LocationAction),
    RichMenuSwitch(RichMenuSwitchAction),
    Clipboard(ClipboardAction),
});

impl Action {
    /// Creates an action that sends data to the bot.
    pub fn postback(label: impl Into<String>, data: impl Into<String>) -> Self {
        PostbackAction::new(data).label(label).into()
    }

    /// Creates an action that sends text as the user.
    pub fn message(label: impl Into<String>, text: impl Into<String>) -> Self {
        MessageAction::new(text).label(label).into()
    }

    /// Creates an action that opens a page, an app or a phone number.
    pub fn uri(label: impl Into<String>, uri: impl Into<String>) -> Self {
        UriAction::new(uri).label(label).into()
    }

    /// Creates an action that lets the user pick a date, a time or both; the data arrives with the choice.
    pub fn datetime_picker(
        label: impl Into<String>,
        data: impl Into<String>,
        mode: DatetimeMode,
    ) -> Self {
        DatetimePickerAction::new(data, mode).label(label).into()
    }

    /// Creates an action that copies text to the clipboard.
    pub fn clipboard(label: impl Into<String>, text: impl Into<String>) -> Self {
        ClipboardAction::new(text).label(label).into()
    }

    /// Creates an action that opens the camera.
    pub fn camera(label: impl Into<String>) -> Self {
        CameraAction::new(label).into()
    }

    /// Creates an action that opens the camera roll.
    pub fn camera_roll(label: impl Into<String>) -> Self {
        CameraRollAction::new(label).into()
    }

    /// Creates an action that lets the user send a location.
    pub fn location(label: impl Into<String>) -> Self {
        LocationAction::new(label).into()
    }

    /// Creates an action that switches to another rich menu.
    pub fn rich_menu_switch(alias: impl Into<String>, data: impl Into<String>) -> Self {
        RichMenuSwitchAction::new(alias, data).into()
    }

    /// Returns the label, if the action has one.
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Postback(action) => action.label.as_deref(),
            Self::Message(action) => action.label.as_deref(),
            Self::Uri(action) => action.label.as_deref(),
            Self::DatetimePicker(action) => action.label.as_deref(),
            Self::Camera(action) => action.label.as_deref(),
            Self::CameraRoll(action) => action.label.as_deref(),
            Self::Location(action) => action.label.as_deref(),
            Self::RichMenuSwitch(action) => action.label.as_deref(),
            Self::Clipboard(action) => action.label.as_deref(),
            Self::Unknown(object) => object.get("label").and_then(|label| label.as_str()),
        }
    }
}
