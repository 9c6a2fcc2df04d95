use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    setters::setters,
    union::{extra, tagged},
};

/// A sticker message. Bots may send only the stickers on LINE's list.
///
/// Sources: <https://developers.line.biz/en/reference/messaging-api/#sticker-message>,
/// <https://developers.line.biz/en/docs/messaging-api/sticker-list/>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "sticker", rename_all = "camelCase")]
#[non_exhaustive]
pub struct StickerMessage {
    /// The package that the sticker belongs to.
    pub package_id: String,
    /// The sticker in the package.
    pub sticker_id: String,
    /// The quote token of the message to quote. Replies and pushes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, StickerMessage>")]
    pub extra: Extra,
}

tagged!(StickerMessage = "sticker");

impl StickerMessage {
    /// Creates a sticker message.
    pub fn new(package_id: impl Into<String>, sticker_id: impl Into<String>) -> Self {
        Self {
            package_id: package_id.into(),
            sticker_id: sticker_id.into(),
            quote_token: None,
            extra: Extra::default(),
        }
    }
}

setters!(StickerMessage { into { quote_token: String } });

impl Check for StickerMessage {
    fn check(&self, checker: &mut Checker) {
        checker.required("packageId", &self.package_id);
        checker.required("stickerId", &self.sticker_id);
    }
}
