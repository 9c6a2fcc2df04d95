use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra, limits,
    union::{extra, tagged},
};

/// An image message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "image", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageMessage {
    /// The image's URL: HTTPS, JPEG or PNG, at most 10 MB.
    pub original_content_url: String,
    /// The preview image's URL: HTTPS, JPEG or PNG, at most 1 MB.
    pub preview_image_url: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ImageMessage>")]
    pub extra: Extra,
}

tagged!(ImageMessage = "image");

impl ImageMessage {
    /// Creates an image message that uses the image as its own preview.
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        Self { preview_image_url: url.clone(), original_content_url: url, extra: Extra::default() }
    }

    /// Sets another image as the preview, shown until the user taps it.
    pub fn preview(mut self, url: impl Into<String>) -> Self {
        self.preview_image_url = url.into();
        self
    }
}

impl Check for ImageMessage {
    fn check(&self, checker: &mut Checker) {
        checker.uri("originalContentUrl", &self.original_content_url, limits::MEDIA_URL);
        checker.uri("previewImageUrl", &self.preview_image_url, limits::MEDIA_URL);
    }
}
