//! The messages that users send, as found in webhook events.
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
    /// The kind of message, with its fields.
    #[serde(flatten)]
    pub kind: ContentKind<S>,
    /// The message id, with which its content is fetched. It is a decimal number that does not fit a float.
    pub id: S,
    /// The token that marks the message as read.
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
    /// An image.
    Image(ImageMessageContent<S>),
    /// A video.
    Video(VideoMessageContent<S>),
    /// Audio: a voice message or another recording.
    Audio(AudioMessageContent<S>),
    /// A file.
    File(FileMessageContent<S>),
    /// A location.
    Location(LocationMessageContent<S>),
    /// A sticker.
    Sticker(StickerMessageContent<S>),
    /// A kind that this version does not know. Its fields are in [`MessageContent::extra`].
    #[serde(untagged)]
    Unknown {
        /// LINE's name of the kind.
        r#type: S,
    },
}

/// The kinds of message, without their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentType {
    /// Text.
    Text,
    /// An image.
    Image,
    /// A video.
    Video,
    /// Audio: a voice message or another recording.
    Audio,
    /// A file.
    File,
    /// A location.
    Location,
    /// A sticker.
    Sticker,
    /// A kind that this version does not know.
    Unknown,
}

impl<S> MessageContent<S> {
    /// Creates a message with this id and no optional field.
    pub fn new(id: impl Into<S>, kind: ContentKind<S>) -> Self {
        Self { kind, id: id.into(), mark_as_read_token: None, extra: Extra::default() }
    }

    /// Returns the kind of message.
    pub fn content_type(&self) -> ContentType {
        self.kind.content_type()
    }
}

impl<S> ContentKind<S> {
    /// Returns the kind without its fields.
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
    /// Returns the token that quotes this message in a reply, if this kind can be quoted.
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
