use serde::{Deserialize, Serialize};

use super::{
    TEMPLATE_TITLE, TemplateImageAspectRatio, TemplateImageSize, check_actions,
    check_default_action,
};
use crate::{
    Action, Check, Checker, Extra,
    limits::{self, Count, Length, Problem, Segment},
    setters::setters,
    union::{extra, tagged},
};

/// The number of columns in a carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#carousel>
pub const CAROUSEL_COLUMNS: Count = Count { min: 1, max: 10 };

/// The number of buttons in a column.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#column-object-for-carousel>
pub const COLUMN_ACTIONS: Count = Count { min: 1, max: 3 };

/// The text of a column without image and title.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#column-object-for-carousel>
pub const COLUMN_TEXT: Length = Length::graphemes(120);

/// The text of a column with an image or a title.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#column-object-for-carousel>
pub const COLUMN_TEXT_BESIDE: Length = Length::graphemes(60);

/// A template with columns to scroll. All columns have as many buttons as the first, and an image and a title if the
/// first has.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#carousel>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "carousel", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CarouselTemplate {
    /// The columns, at most 10.
    pub columns: Vec<CarouselColumn>,
    /// The image's shape: a rectangle of 1.51:1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_aspect_ratio: Option<TemplateImageAspectRatio>,
    /// Whether the image is cropped (`cover`) or shown whole (`contain`); cropped by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<TemplateImageSize>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, CarouselTemplate>")]
    pub extra: Extra,
}

/// A column of a carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#column-object-for-carousel>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CarouselColumn {
    /// The image's URL: HTTPS, JPEG or PNG, at most 1024 pixels wide and 10 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_image_url: Option<String>,
    /// The colour behind the image, `#RRGGBB`; white by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_background_color: Option<String>,
    /// The title, at most 40 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text, at most 120 grapheme clusters; 60 with an image or a title.
    pub text: String,
    /// The action on a tap on the image, the title or the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<Action>,
    /// The buttons, at most 3.
    pub actions: Vec<Action>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

tagged!(CarouselTemplate = "carousel");

impl CarouselTemplate {
    /// Creates a carousel of these columns.
    pub fn new(columns: impl IntoIterator<Item = CarouselColumn>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            image_aspect_ratio: None,
            image_size: None,
            extra: Extra::default(),
        }
    }
}

setters!(CarouselTemplate {
    into { image_aspect_ratio: TemplateImageAspectRatio, image_size: TemplateImageSize }
});

impl CarouselColumn {
    /// Creates a column with a text and buttons.
    pub fn new(text: impl Into<String>, actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            thumbnail_image_url: None,
            image_background_color: None,
            title: None,
            text: text.into(),
            default_action: None,
            actions: actions.into_iter().collect(),
            extra: Extra::default(),
        }
    }

    fn check_like(&self, first: &Self, checker: &mut Checker) {
        if self.actions.len() != first.actions.len() {
            let what = "must have as many actions as the first column";
            checker.report_field("actions", Problem::Rule(what));
        }
        if self.thumbnail_image_url.is_some() != first.thumbnail_image_url.is_some() {
            let what = "must be set in all columns or in none";
            checker.report_field("thumbnailImageUrl", Problem::Rule(what));
        }
        if self.title.is_some() != first.title.is_some() {
            let what = "must be set in all columns or in none";
            checker.report_field("title", Problem::Rule(what));
        }
    }
}

setters!(CarouselColumn {
    into {
        thumbnail_image_url: String,
        image_background_color: String,
        title: String,
        default_action: Action,
    }
});

impl Check for CarouselTemplate {
    fn check(&self, checker: &mut Checker) {
        checker.items("columns", &self.columns, CAROUSEL_COLUMNS);
        if let Some((first, others)) = self.columns.split_first() {
            checker.at(Segment::Field("columns"), |checker| {
                for (index, column) in (1..).zip(others) {
                    checker.at(Segment::Index(index), |checker| column.check_like(first, checker));
                }
            });
        }
        checker.word("imageAspectRatio", self.image_aspect_ratio.as_ref());
        checker.word("imageSize", self.image_size.as_ref());
    }
}

impl Check for CarouselColumn {
    fn check(&self, checker: &mut Checker) {
        let image = self.thumbnail_image_url.as_deref();
        checker.optional_uri("thumbnailImageUrl", image, limits::MEDIA_URL);
        checker.color("imageBackgroundColor", self.image_background_color.as_deref());
        checker.optional_length("title", self.title.as_deref(), TEMPLATE_TITLE);
        let beside = image.is_some() || self.title.is_some();
        checker.length("text", &self.text, if beside { COLUMN_TEXT_BESIDE } else { COLUMN_TEXT });
        check_default_action(self.default_action.as_ref(), checker);
        check_actions(&self.actions, COLUMN_ACTIONS, checker);
    }
}
