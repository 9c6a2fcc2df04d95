use serde::Serialize;

use crate::{Extra, event::object::object, shared_str::SharedStr, word::words};

/// A picture that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-image>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageMessageContent<S = SharedStr> {
    /// Who holds the picture.
    pub content_provider: ContentProvider<S>,
    /// The set that the picture was sent in, if several were sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_set: Option<ImageSet<S>>,
    /// What quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
}

/// A video that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-video>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoMessageContent<S = SharedStr> {
    /// Who holds the video.
    pub content_provider: ContentProvider<S>,
    /// How long the video is, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// What quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
}

/// A recording that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-audio>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioMessageContent<S = SharedStr> {
    /// Who holds the recording.
    pub content_provider: ContentProvider<S>,
    /// How long the recording is, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
}

/// Who holds the content of a message, and where.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContentProvider<S = SharedStr> {
    /// LINE, or a server elsewhere.
    pub r#type: ContentProviderType,
    /// Where the content is, if elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_content_url: Option<S>,
    /// Where its preview is, if elsewhere.
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
    /// Content that LINE holds.
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
    /// Who holds the content of a message.
    ContentProviderType {
        /// LINE: the content is fetched by the message's id.
        Line = "line",
        /// Another server: the content is at the URLs given.
        External = "external",
    }
}

/// The set of pictures that a user sent at once. Each comes in an event of its own, in any order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ImageSet<S = SharedStr> {
    /// What the pictures of a set have in common.
    pub id: S,
    /// Which of the set this one is, from 1. Old apps do not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// How many the set has. Old apps do not tell.
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
