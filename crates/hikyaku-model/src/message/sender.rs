use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    limits::{self, Length},
    setters::setters,
};

/// The name of a sender.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/>
pub const SENDER_NAME: Length = Length::utf16(20);

/// The name and icon under which a message appears, instead of the bot's own.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Sender {
    /// The name, at most 20 UTF-16 code units. LINE refuses some names, such as its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The icon's URL: HTTPS, a square PNG, at most 1 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Sender {
    /// Creates a sender with the bot's own icon.
    pub fn named(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }
}

setters!(Sender { into { name: String, icon_url: String } });

impl Check for Sender {
    fn check(&self, checker: &mut Checker) {
        checker.optional_length("name", self.name.as_deref(), SENDER_NAME);
        checker.optional_uri("iconUrl", self.icon_url.as_deref(), limits::MEDIA_URL);
    }
}
