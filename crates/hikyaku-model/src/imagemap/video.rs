use serde::{Deserialize, Serialize};

use super::ImagemapArea;
use crate::{
    Check, Checker, Extra,
    limits::{self, Length},
    setters::setters,
};

/// The label of the link shown after a video.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
pub const EXTERNAL_LINK_LABEL: Length = Length::utf16(30);

/// A video that plays on an imagemap.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImagemapVideo {
    /// The video's URL: HTTPS, mp4, at most 200 MB.
    pub original_content_url: String,
    /// The preview image's URL: HTTPS, JPEG or PNG, at most 1 MB.
    pub preview_image_url: String,
    /// The area in which the video plays.
    pub area: ImagemapArea,
    /// A link shown after the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_link: Option<ImagemapExternalLink>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A link shown after a video.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImagemapExternalLink {
    /// The URI to open: `http`, `https`, `line` or `tel`, at most 1,000 characters, percent-encoded.
    pub link_uri: String,
    /// The label, at most 30 UTF-16 code units.
    pub label: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImagemapVideo {
    /// Creates a video. The preview image is shown until the video plays.
    pub fn new(url: impl Into<String>, preview_url: impl Into<String>, area: ImagemapArea) -> Self {
        Self {
            original_content_url: url.into(),
            preview_image_url: preview_url.into(),
            area,
            external_link: None,
            extra: Extra::default(),
        }
    }
}

setters!(ImagemapVideo { plain { external_link: ImagemapExternalLink } });

impl ImagemapExternalLink {
    /// Creates a link that opens this URI.
    pub fn new(label: impl Into<String>, uri: impl Into<String>) -> Self {
        Self { link_uri: uri.into(), label: label.into(), extra: Extra::default() }
    }
}

impl Check for ImagemapVideo {
    fn check(&self, checker: &mut Checker) {
        checker.uri("originalContentUrl", &self.original_content_url, limits::MEDIA_URL);
        checker.uri("previewImageUrl", &self.preview_image_url, limits::MEDIA_URL);
        checker.optional("externalLink", self.external_link.as_ref());
    }
}

impl Check for ImagemapExternalLink {
    fn check(&self, checker: &mut Checker) {
        checker.uri("linkUri", &self.link_uri, limits::LINK);
        checker.length("label", &self.label, EXTERNAL_LINK_LABEL);
    }
}
