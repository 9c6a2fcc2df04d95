use serde::Serialize;

use crate::{shared_str::SharedStr, word::words};

/// A sticker that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-sticker>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StickerMessageContent<S = SharedStr> {
    /// The sticker's package.
    pub package_id: S,
    /// The sticker in the package.
    pub sticker_id: S,
    /// The behaviour of the sticker: animation, sound, pop-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticker_resource_type: Option<StickerResourceType>,
    /// The sticker's topics, at most 15 keywords. LINE calls this experimental.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<S>>,
    /// The text that the user wrote on a message sticker, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<S>,
    /// The token that quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
    /// The id of the quoted message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_message_id: Option<S>,
}

words! {
    /// The behaviour of a sticker.
    StickerResourceType {
        /// A still image.
        Static = "STATIC",
        /// An animation.
        Animation = "ANIMATION",
        /// A still image with sound.
        Sound = "SOUND",
        /// An animation with sound.
        AnimationSound = "ANIMATION_SOUND",
        /// A pop-up that fills the screen.
        Popup = "POPUP",
        /// A pop-up with sound.
        PopupSound = "POPUP_SOUND",
        /// A text that the user wrote once for all stickers of this kind.
        Custom = "CUSTOM",
        /// A text that the user wrote for this message.
        Message = "MESSAGE",
        /// A name. LINE's schema has this value, its reference does not.
        NameText = "NAME_TEXT",
        /// A text for each sticker. LINE's schema has this value, its reference does not.
        PerStickerText = "PER_STICKER_TEXT",
    }
}
