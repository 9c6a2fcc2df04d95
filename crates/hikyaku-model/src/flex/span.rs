use serde::{Deserialize, Serialize};

use super::{Decoration, Size, TextStyle, Weight, measure::check_font_size};
use crate::{
    Check, Checker, Extra,
    setters::setters,
    union::{extra, tagged},
};

/// A part of a text with a look of its own.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#span>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "span", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Span {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of the letters: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How thick the letters are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Whether the letters are slanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<TextStyle>,
    /// A line below or through the text; it cannot undo that of the whole text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoration: Option<Decoration>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Span>")]
    pub extra: Extra,
}

tagged!(Span = "span");

impl Span {
    /// A part with the looks of the whole text.
    pub fn new(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }
}

setters!(Span {
    into {
        text: String,
        size: Size,
        color: String,
        weight: Weight,
        style: TextStyle,
        decoration: Decoration,
    }
});

impl Check for Span {
    fn check(&self, checker: &mut Checker) {
        check_font_size(checker, self.size.as_ref());
        checker.color_with_alpha("color", self.color.as_deref());
        checker.word("weight", self.weight.as_ref());
        checker.word("style", self.style.as_ref());
        checker.word("decoration", self.decoration.as_ref());
    }
}
