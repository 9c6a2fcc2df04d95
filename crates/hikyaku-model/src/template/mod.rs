//! The layouts of a template message.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#template-messages>

mod buttons;
mod carousel;
mod confirm;
mod image_carousel;

use serde::Serialize;

pub use buttons::{
    BUTTONS_ACTIONS, BUTTONS_TEXT, BUTTONS_TEXT_BESIDE, ButtonsTemplate, TEMPLATE_TITLE,
    TemplateImageAspectRatio, TemplateImageSize,
};
pub use carousel::{
    CAROUSEL_COLUMNS, COLUMN_ACTIONS, COLUMN_TEXT, COLUMN_TEXT_BESIDE, CarouselColumn,
    CarouselTemplate,
};
pub use confirm::{CONFIRM_ACTIONS, CONFIRM_TEXT, ConfirmTemplate};
pub use image_carousel::{IMAGE_CAROUSEL_COLUMNS, ImageCarouselColumn, ImageCarouselTemplate};

use crate::{
    Action, Check, Checker, Unknown,
    action::ActionPlace,
    limits::{Count, Segment},
    union::union,
};

/// The layout of a template message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#template-messages>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a message has one, and it is seldom moved")]
pub enum Template {
    /// An image, a title, a text and buttons.
    Buttons(ButtonsTemplate),
    /// A text and two buttons.
    Confirm(ConfirmTemplate),
    /// Columns to scroll, each with an image, a title, a text and buttons.
    Carousel(CarouselTemplate),
    /// Images to scroll.
    ImageCarousel(ImageCarouselTemplate),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

union!(Template {
    Buttons(ButtonsTemplate),
    Confirm(ConfirmTemplate),
    Carousel(CarouselTemplate),
    ImageCarousel(ImageCarouselTemplate),
});

impl Template {
    /// Returns the text that best represents the whole template.
    pub(crate) fn own_text(&self) -> Option<&str> {
        match self {
            Self::Buttons(template) => Some(&template.text),
            Self::Confirm(template) => Some(&template.text),
            Self::Carousel(template) => {
                let column = template.columns.first()?;
                Some(column.title.as_ref().unwrap_or(&column.text))
            }
            Self::ImageCarousel(template) => template.columns.first()?.action.label(),
            Self::Unknown(_) => None,
        }
    }
}

impl Check for Template {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Buttons(template) => template.check(checker),
            Self::Confirm(template) => template.check(checker),
            Self::Carousel(template) => template.check(checker),
            Self::ImageCarousel(template) => template.check(checker),
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

fn check_actions(actions: &[Action], count: Count, checker: &mut Checker) {
    checker.at(Segment::Field("actions"), |checker| {
        checker.count(actions.len(), count);
        for (index, action) in actions.iter().enumerate() {
            checker.at(Segment::Index(index), |checker| {
                action.check_in(ActionPlace::Template, checker);
            });
        }
    });
}

fn check_default_action(action: Option<&Action>, checker: &mut Checker) {
    if let Some(action) = action {
        checker.at(Segment::Field("defaultAction"), |checker| {
            action.check_in(ActionPlace::TemplateDefault, checker);
        });
    }
}
