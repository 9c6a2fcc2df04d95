use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    action::{Action, ActionPlace, DatetimeMode},
    limits::{self, Count, Segment},
    setters::setters,
    union::{extra, list, tagged},
};

/// The number of buttons in one quick reply.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#quick-reply>
pub const QUICK_REPLY_ITEMS: Count = Count { min: 1, max: 13 };

/// Buttons below the chat that disappear after a tap. LINE shows those of the last message only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#quick-reply>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuickReply {
    /// The buttons, at most 13.
    #[serde(deserialize_with = "list")]
    pub items: Vec<QuickReplyItem>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A button of a quick reply.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#items-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "action", rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuickReplyItem {
    /// The icon's URL: HTTPS, a square PNG, at most 1 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The action on a tap.
    pub action: Action,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, QuickReplyItem>")]
    pub extra: Extra,
}

tagged!(QuickReplyItem = "action");

impl QuickReply {
    /// Creates a quick reply with these buttons.
    pub fn new(items: impl IntoIterator<Item = impl Into<QuickReplyItem>>) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), extra: Extra::default() }
    }
}

impl QuickReplyItem {
    /// Creates a button without an icon.
    pub fn new(action: impl Into<Action>) -> Self {
        Self { image_url: None, action: action.into(), extra: Extra::default() }
    }

    /// Creates a button that sends text as the user.
    pub fn message(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Action::message(label, text))
    }

    /// Creates a button that sends data to the bot.
    pub fn postback(label: impl Into<String>, data: impl Into<String>) -> Self {
        Self::new(Action::postback(label, data))
    }

    /// Creates a button that opens a page, an app or a phone number.
    pub fn uri(label: impl Into<String>, uri: impl Into<String>) -> Self {
        Self::new(Action::uri(label, uri))
    }

    /// Creates a button that lets the user pick a date, a time or both.
    pub fn datetime_picker(
        label: impl Into<String>,
        data: impl Into<String>,
        mode: DatetimeMode,
    ) -> Self {
        Self::new(Action::datetime_picker(label, data, mode))
    }

    /// Creates a button that copies text to the clipboard.
    pub fn clipboard(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Action::clipboard(label, text))
    }

    /// Creates a button that opens the camera.
    pub fn camera(label: impl Into<String>) -> Self {
        Self::new(Action::camera(label))
    }

    /// Creates a button that opens the camera roll.
    pub fn camera_roll(label: impl Into<String>) -> Self {
        Self::new(Action::camera_roll(label))
    }

    /// Creates a button that lets the user send a location.
    pub fn location(label: impl Into<String>) -> Self {
        Self::new(Action::location(label))
    }
}

setters!(QuickReplyItem { into { image_url: String } });

/// Creates a button without an icon.
impl<A: Into<Action>> From<A> for QuickReplyItem {
    fn from(action: A) -> Self {
        Self::new(action)
    }
}

impl Check for QuickReply {
    fn check(&self, checker: &mut Checker) {
        checker.items("items", &self.items, QUICK_REPLY_ITEMS);
    }
}

impl Check for QuickReplyItem {
    fn check(&self, checker: &mut Checker) {
        checker.optional_uri("imageUrl", self.image_url.as_deref(), limits::MEDIA_URL);
        checker.at(Segment::Field("action"), |checker| {
            self.action.check_in(ActionPlace::QuickReply, checker);
        });
    }
}
