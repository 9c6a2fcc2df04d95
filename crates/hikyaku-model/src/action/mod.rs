//! What happens when a user taps something.
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

/// What happens when a user taps a button, an item or an area.
///
/// The functions of this type make the usual actions; the rest is set on the type of each kind:
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
    /// Sends data to the bot, unseen by others.
    Postback(PostbackAction),
    /// Sends a text as the user.
    Message(MessageAction),
    /// Opens a page, an app or a phone number.
    Uri(UriAction),
    /// Lets the user pick a date, a time or both.
    DatetimePicker(DatetimePickerAction),
    /// Opens the camera. Quick replies only.
    Camera(CameraAction),
    /// Opens the pictures on the device. Quick replies only.
    CameraRoll(CameraRollAction),
    /// Lets the user send a place. Quick replies only.
    Location(LocationAction),
    /// Shows another rich menu. Rich menus only.
    RichMenuSwitch(RichMenuSwitchAction),
    /// Copies a text.
    Clipboard(ClipboardAction),
    /// A newer kind, or a known one whose JSON does not fit its type; the limits tell the two apart.
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
    /// Sends data to the bot.
    pub fn postback(label: impl Into<String>, data: impl Into<String>) -> Self {
        PostbackAction::new(data).label(label).into()
    }

    /// Sends a text as the user.
    pub fn message(label: impl Into<String>, text: impl Into<String>) -> Self {
        MessageAction::new(text).label(label).into()
    }

    /// Opens a page, an app or a phone number.
    pub fn uri(label: impl Into<String>, uri: impl Into<String>) -> Self {
        UriAction::new(uri).label(label).into()
    }

    /// Lets the user pick a date, a time or both; the bot gets the data with it.
    pub fn datetime_picker(
        label: impl Into<String>,
        data: impl Into<String>,
        mode: DatetimeMode,
    ) -> Self {
        DatetimePickerAction::new(data, mode).label(label).into()
    }

    /// Copies a text.
    pub fn clipboard(label: impl Into<String>, text: impl Into<String>) -> Self {
        ClipboardAction::new(text).label(label).into()
    }

    /// Opens the camera.
    pub fn camera(label: impl Into<String>) -> Self {
        CameraAction::new(label).into()
    }

    /// Opens the pictures on the device.
    pub fn camera_roll(label: impl Into<String>) -> Self {
        CameraRollAction::new(label).into()
    }

    /// Lets the user send a place.
    pub fn location(label: impl Into<String>) -> Self {
        LocationAction::new(label).into()
    }

    /// Shows another rich menu.
    pub fn rich_menu_switch(alias: impl Into<String>, data: impl Into<String>) -> Self {
        RichMenuSwitchAction::new(alias, data).into()
    }

    /// The text that is shown for the action, where it has one.
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
