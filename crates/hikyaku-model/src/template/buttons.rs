use serde::{Deserialize, Serialize};

use super::{check_actions, check_default_action};
use crate::{
    Action, Check, Checker, Extra,
    limits::{self, Count, Length},
    setters::setters,
    union::{extra, tagged},
    word::words,
};

/// The number of buttons in a buttons template.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#buttons>
pub const BUTTONS_ACTIONS: Count = Count { min: 1, max: 4 };

/// The text of a buttons template without image and title.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#buttons>
pub const BUTTONS_TEXT: Length = Length::graphemes(160);

/// The text of a buttons template with an image or a title.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#buttons>
pub const BUTTONS_TEXT_BESIDE: Length = Length::graphemes(60);

/// The title of a buttons template or of a carousel's column.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#buttons>
pub const TEMPLATE_TITLE: Length = Length::graphemes(40).or_empty();

/// A template with an image, a title, a text and buttons.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#buttons>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "buttons", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ButtonsTemplate {
    /// The image's URL: HTTPS, JPEG or PNG, at most 1024 pixels wide and 10 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_image_url: Option<String>,
    /// The image's shape: a rectangle of 1.51:1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_aspect_ratio: Option<TemplateImageAspectRatio>,
    /// Whether the image is cropped (`cover`) or shown whole (`contain`); cropped by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<TemplateImageSize>,
    /// The colour behind the image, `#RRGGBB`; white by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_background_color: Option<String>,
    /// The title, at most 40 grapheme clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text, at most 160 grapheme clusters; 60 with an image or a title.
    pub text: String,
    /// The action on a tap on the image, the title or the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<Action>,
    /// The buttons, at most 4.
    pub actions: Vec<Action>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ButtonsTemplate>")]
    pub extra: Extra,
}

words! {
    /// The shape of a template's images.
    TemplateImageAspectRatio { Rectangle = "rectangle", Square = "square" }

    /// Whether a template's images are cropped to fill their area, or shown whole.
    TemplateImageSize { Cover = "cover", Contain = "contain" }
}

tagged!(ButtonsTemplate = "buttons");

impl ButtonsTemplate {
    /// Creates a template with a text and buttons.
    pub fn new(text: impl Into<String>, actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            thumbnail_image_url: None,
            image_aspect_ratio: None,
            image_size: None,
            image_background_color: None,
            title: None,
            text: text.into(),
            default_action: None,
            actions: actions.into_iter().collect(),
            extra: Extra::default(),
        }
    }
}

setters!(ButtonsTemplate {
    into {
        thumbnail_image_url: String,
        image_aspect_ratio: TemplateImageAspectRatio,
        image_size: TemplateImageSize,
        image_background_color: String,
        title: String,
        default_action: Action,
    }
});

impl Check for ButtonsTemplate {
    fn check(&self, checker: &mut Checker) {
        let image = self.thumbnail_image_url.as_deref();
        checker.optional_uri("thumbnailImageUrl", image, limits::MEDIA_URL);
        checker.word("imageAspectRatio", self.image_aspect_ratio.as_ref());
        checker.word("imageSize", self.image_size.as_ref());
        checker.color("imageBackgroundColor", self.image_background_color.as_deref());
        checker.optional_length("title", self.title.as_deref(), TEMPLATE_TITLE);
        let beside = image.is_some() || self.title.is_some();
        let length = if beside { BUTTONS_TEXT_BESIDE } else { BUTTONS_TEXT };
        checker.length("text", &self.text, length);
        check_default_action(self.default_action.as_ref(), checker);
        check_actions(&self.actions, BUTTONS_ACTIONS, checker);
    }
}
