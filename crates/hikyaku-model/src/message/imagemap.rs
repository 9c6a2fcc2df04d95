use serde::{Deserialize, Serialize};

use super::ALT_TEXT;
use crate::{
    Check, Checker, Extra,
    imagemap::{ImagemapAction, ImagemapSize, ImagemapVideo},
    limits::{self, Count},
    setters::setters,
    union::{extra, tagged},
};

/// The number of tappable areas in one imagemap.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
pub const IMAGEMAP_ACTIONS: Count = Count { min: 0, max: 50 };

/// An image with tappable areas.
///
/// LINE fetches the image at these widths: `{base_url}/240`, `/300`, `/460`, `/700` and `/1040`.
///
/// ```
/// use hikyaku_model::{Check, Message, imagemap::*, message::ImagemapMessage};
///
/// let map = ImagemapMessage::new("https://example.com/map", "Left or right?", 520).actions([
///     ImagemapAction::message("left", ImagemapArea::new(0, 0, 520, 520)),
///     ImagemapAction::uri("https://example.com/", ImagemapArea::new(520, 0, 520, 520)),
/// ]);
/// assert!(Message::from(map).validate().is_ok());
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "imagemap", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImagemapMessage {
    /// The base URL (HTTPS) below which LINE finds the image at each width, without a file extension.
    pub base_url: String,
    /// The alternative text for notifications, chat lists and screen readers: at most 1,500 UTF-16 code units.
    pub alt_text: String,
    /// The size to which the areas refer.
    pub base_size: ImagemapSize,
    /// The tappable areas, at most 50.
    pub actions: Vec<ImagemapAction>,
    /// A video that plays on the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<ImagemapVideo>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ImagemapMessage>")]
    pub extra: Extra,
}

tagged!(ImagemapMessage = "imagemap");

impl ImagemapMessage {
    /// Creates an imagemap of an image that is `height` high at a width of 1040.
    pub fn new(base_url: impl Into<String>, alt_text: impl Into<String>, height: u32) -> Self {
        Self {
            base_url: base_url.into(),
            alt_text: alt_text.into(),
            base_size: ImagemapSize::new(height),
            actions: Vec::new(),
            video: None,
            extra: Extra::default(),
        }
    }

    /// Sets the tappable areas.
    pub fn actions(mut self, actions: impl IntoIterator<Item = ImagemapAction>) -> Self {
        self.actions = actions.into_iter().collect();
        self
    }
}

setters!(ImagemapMessage { plain { video: ImagemapVideo } });

impl Check for ImagemapMessage {
    fn check(&self, checker: &mut Checker) {
        checker.uri("baseUrl", &self.base_url, limits::MEDIA_URL);
        checker.length("altText", &self.alt_text, ALT_TEXT);
        checker.field("baseSize", &self.base_size);
        checker.items("actions", &self.actions, IMAGEMAP_ACTIONS);
        checker.optional("video", self.video.as_ref());
    }
}
