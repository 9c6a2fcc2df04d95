use serde::{Deserialize, Serialize};

use crate::{
    Action, Check, Checker, Extra,
    action::ActionPlace,
    limits::{self, Count, Segment},
    union::{extra, tagged},
};

/// The number of columns in an image carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-carousel>
pub const IMAGE_CAROUSEL_COLUMNS: Count = Count { min: 1, max: 10 };

/// A template with images to scroll.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-carousel>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "image_carousel", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageCarouselTemplate {
    /// The images, at most 10.
    pub columns: Vec<ImageCarouselColumn>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ImageCarouselTemplate>")]
    pub extra: Extra,
}

/// An image of an image carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#column-object-for-image-carousel>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageCarouselColumn {
    /// The image's URL: HTTPS, JPEG or PNG, square, at most 1024 pixels wide and 10 MB.
    pub image_url: String,
    /// The action on a tap; its label has at most 12 grapheme clusters.
    pub action: Action,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

tagged!(ImageCarouselTemplate = "image_carousel");

impl ImageCarouselTemplate {
    /// Creates a carousel of these images.
    pub fn new(columns: impl IntoIterator<Item = ImageCarouselColumn>) -> Self {
        Self { columns: columns.into_iter().collect(), extra: Extra::default() }
    }
}

impl ImageCarouselColumn {
    /// Creates an image with its action.
    pub fn new(image_url: impl Into<String>, action: impl Into<Action>) -> Self {
        Self { image_url: image_url.into(), action: action.into(), extra: Extra::default() }
    }
}

impl Check for ImageCarouselTemplate {
    fn check(&self, checker: &mut Checker) {
        checker.items("columns", &self.columns, IMAGE_CAROUSEL_COLUMNS);
    }
}

impl Check for ImageCarouselColumn {
    fn check(&self, checker: &mut Checker) {
        checker.uri("imageUrl", &self.image_url, limits::MEDIA_URL);
        checker.at(Segment::Field("action"), |checker| {
            self.action.check_in(ActionPlace::ImageCarousel, checker);
        });
    }
}
