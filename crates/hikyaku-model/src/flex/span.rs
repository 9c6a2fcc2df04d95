use serde::{Deserialize, Serialize};

use super::{Decoration, Size, TextStyle, Weight, measure::check_font_size};
use crate::{
    Check, Checker, Extra,
    setters::setters,
    union::{extra, tagged},
};

/// A part of a text with its own style.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#span>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "span", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Span {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The font size: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The text colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The font weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// The font style: normal or italic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<TextStyle>,
    /// The line below or through the text. It cannot remove the decoration of the whole text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoration: Option<Decoration>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Span>")]
    pub extra: Extra,
}

tagged!(Span = "span");

impl Span {
    /// Creates a part with the style of the whole text.
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
