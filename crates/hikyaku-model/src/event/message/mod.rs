//! The messages that users send, as events carry them.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#message-event>

mod file;
mod location;
mod media;
mod sticker;
mod text;
mod wire;

use serde::Serialize;

pub use file::FileMessageContent;
pub use location::LocationMessageContent;
pub use media::{
    AudioMessageContent, ContentProvider, ContentProviderType, ImageMessageContent, ImageSet,
    VideoMessageContent,
};
pub use sticker::{StickerMessageContent, StickerResourceType};
pub use text::{Emoji, Mention, Mentionee, MentioneeType, TextMessageContent};

use crate::{Extra, shared_str::SharedStr};

/// A message that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#message-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageContent<S = SharedStr> {
    /// What was sent.
    #[serde(flatten)]
    pub kind: ContentKind<S>,
    /// The id of the message, with which its content is fetched. It is a number in digits, too long for a float.
    pub id: S,
    /// What marks the message as read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_as_read_token: Option<S>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The kinds of message that a user can send.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum ContentKind<S = SharedStr> {
    /// Text.
    Text(TextMessageContent<S>),
    /// A picture.
    Image(ImageMessageContent<S>),
    /// A video.
    Video(VideoMessageContent<S>),
    /// A voice or sound recording.
    Audio(AudioMessageContent<S>),
    /// A file.
    File(FileMessageContent<S>),
    /// A place.
    Location(LocationMessageContent<S>),
    /// A sticker.
    Sticker(StickerMessageContent<S>),
    /// A kind that this version does not know; its fields are in [`MessageContent::extra`].
    #[serde(untagged)]
    Unknown {
        /// LINE's word for it.
        r#type: S,
    },
}

/// The kinds of message without their fields, to ask for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentType {
    /// Text.
    Text,
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A voice or sound recording.
    Audio,
    /// A file.
    File,
    /// A place.
    Location,
    /// A sticker.
    Sticker,
    /// Any kind that this version does not know.
    Unknown,
}

impl<S> MessageContent<S> {
    /// A message with this id and nothing else that is optional.
    pub fn new(id: impl Into<S>, kind: ContentKind<S>) -> Self {
        Self { kind, id: id.into(), mark_as_read_token: None, extra: Extra::default() }
    }

    /// The kind of message.
    pub fn content_type(&self) -> ContentType {
        self.kind.content_type()
    }
}

impl<S> ContentKind<S> {
    /// The kind without its fields.
    pub fn content_type(&self) -> ContentType {
        match self {
            Self::Text(_) => ContentType::Text,
            Self::Image(_) => ContentType::Image,
            Self::Video(_) => ContentType::Video,
            Self::Audio(_) => ContentType::Audio,
            Self::File(_) => ContentType::File,
            Self::Location(_) => ContentType::Location,
            Self::Sticker(_) => ContentType::Sticker,
            Self::Unknown { .. } => ContentType::Unknown,
        }
    }
}

impl<S: AsRef<str>> MessageContent<S> {
    /// What quotes this message in a reply, for the kinds that can be quoted.
    pub fn quote_token(&self) -> Option<&str> {
        match &self.kind {
            ContentKind::Text(text) => text.quote_token.as_ref(),
            ContentKind::Image(image) => image.quote_token.as_ref(),
            ContentKind::Video(video) => video.quote_token.as_ref(),
            ContentKind::Sticker(sticker) => sticker.quote_token.as_ref(),
            _ => None,
        }
        .map(S::as_ref)
    }
}
