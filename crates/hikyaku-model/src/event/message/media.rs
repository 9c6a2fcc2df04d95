use serde::Serialize;

use crate::{Extra, event::object::object, shared_str::SharedStr, word::words};

/// An image that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-image>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageMessageContent<S = SharedStr> {
    /// The server that holds the image.
    pub content_provider: ContentProvider<S>,
    /// The set to which the image belongs, if several were sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_set: Option<ImageSet<S>>,
    /// The token that quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
}

/// A video that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-video>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoMessageContent<S = SharedStr> {
    /// The server that holds the video.
    pub content_provider: ContentProvider<S>,
    /// The length of the video, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// The token that quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
}

/// Audio that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-audio>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioMessageContent<S = SharedStr> {
    /// The server that holds the audio.
    pub content_provider: ContentProvider<S>,
    /// The length of the audio, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
}

/// The server that holds the content of a message, and its URLs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContentProvider<S = SharedStr> {
    /// LINE, or another server.
    pub r#type: ContentProviderType,
    /// The URL of the content, if another server holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_content_url: Option<S>,
    /// The URL of the preview, if another server holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_image_url: Option<S>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

object! {
    ContentProvider<S> is "a content provider, which is an object" {
        required r#type = "type",
        optional original_content_url = "originalContentUrl",
        optional preview_image_url = "previewImageUrl",
    }
}

impl<S> ContentProvider<S> {
    /// Creates a provider for content that LINE holds.
    pub fn line() -> Self {
        Self {
            r#type: ContentProviderType::Line,
            original_content_url: None,
            preview_image_url: None,
            extra: Extra::default(),
        }
    }
}

words! {
    /// The kind of server that holds the content of a message.
    ContentProviderType {
        /// LINE: fetch the content by the message id.
        Line = "line",
        /// Another server: the event has the URLs.
        External = "external",
    }
}

/// A set of images that a user sent at once. Each image arrives in its own event, in any order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ImageSet<S = SharedStr> {
    /// The id that the images of a set share.
    pub id: S,
    /// The position of this image in the set, from 1. Old apps do not report it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The number of images in the set. Old apps do not report it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

object! {
    ImageSet<S> is "an image set, which is an object" {
        required id = "id",
        optional index = "index",
        optional total = "total",
    }
}
