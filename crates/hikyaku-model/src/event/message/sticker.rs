use serde::Serialize;

use crate::{shared_str::SharedStr, word::words};

/// A sticker that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-sticker>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StickerMessageContent<S = SharedStr> {
    /// The set that the sticker is of.
    pub package_id: S,
    /// Which one of the set it is.
    pub sticker_id: S,
    /// What the sticker does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticker_resource_type: Option<StickerResourceType>,
    /// What the sticker is about, at most 15 words. LINE calls this experimental.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<S>>,
    /// What the user wrote on a message sticker, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<S>,
    /// What quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
    /// The message that this one quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_message_id: Option<S>,
}

words! {
    /// What a sticker does.
    StickerResourceType {
        /// It stands still.
        Static = "STATIC",
        /// It moves.
        Animation = "ANIMATION",
        /// It has a sound.
        Sound = "SOUND",
        /// It moves and has a sound.
        AnimationSound = "ANIMATION_SOUND",
        /// It fills the screen.
        Popup = "POPUP",
        /// It fills the screen and has a sound.
        PopupSound = "POPUP_SOUND",
        /// It carries a text that the user wrote once for all such stickers.
        Custom = "CUSTOM",
        /// It carries a text that the user wrote for this message.
        Message = "MESSAGE",
        /// It carries a name. LINE's schema has this word, its reference does not.
        NameText = "NAME_TEXT",
        /// It carries a text of its own. LINE's schema has this word, its reference does not.
        PerStickerText = "PER_STICKER_TEXT",
    }
}
