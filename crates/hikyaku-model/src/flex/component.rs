use serde::Serialize;

use super::{Box, Button, Filler, Icon, Image, Separator, Span, Text, Video};
use crate::{Check, Checker, Unknown, limits::Problem, union::union};

/// A component of a Flex Message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#component>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "boxes are the most frequent components")]
pub enum Component {
    /// A box, with its own children.
    Box(Box),
    /// A button.
    Button(Button),
    /// An image.
    Image(Image),
    /// A video. Allowed only as a hero.
    Video(Video),
    /// A small image. Allowed only in a baseline box.
    Icon(Icon),
    /// A text.
    Text(Text),
    /// A part of a text. Allowed only in a text.
    Span(Span),
    /// A separator line.
    Separator(Separator),
    /// Empty space.
    Filler(Filler),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

union!(Component {
    Box(Box),
    Button(Button),
    Image(Image),
    Video(Video),
    Icon(Icon),
    Text(Text),
    Span(Span),
    Separator(Separator),
    Filler(Filler),
});

impl Component {
    pub(super) fn animated_images(&self) -> usize {
        match self {
            Self::Box(block) => block.contents.iter().map(Self::animated_images).sum(),
            Self::Image(image) => usize::from(image.animated == Some(true)),
            Self::Video(video) => video.alt_content.animated_images(),
            _ => 0,
        }
    }

    pub(super) fn is_absolute(&self) -> bool {
        let position = match self {
            Self::Box(block) => &block.position,
            Self::Button(button) => &button.position,
            Self::Image(image) => &image.position,
            Self::Icon(icon) => &icon.position,
            Self::Text(text) => &text.position,
            _ => &None,
        };
        *position == Some(super::Position::Absolute)
    }
}

impl From<&str> for Component {
    fn from(text: &str) -> Self {
        Text::new(text).into()
    }
}

impl From<&String> for Component {
    fn from(text: &String) -> Self {
        Text::new(text).into()
    }
}

impl From<String> for Component {
    fn from(text: String) -> Self {
        Text::new(text).into()
    }
}

impl Check for Component {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Box(component) => component.check(checker),
            Self::Button(component) => component.check(checker),
            Self::Image(component) => component.check(checker),
            Self::Video(component) => component.check(checker),
            Self::Icon(component) => component.check(checker),
            Self::Text(component) => component.check(checker),
            Self::Span(component) => component.check(checker),
            Self::Separator(component) => component.check(checker),
            Self::Filler(_) => {}
            Self::Unknown(object) if object.get("type").is_some_and(|kind| kind == "spacer") => {
                let why = "LINE took the spacer away; margins, spacing and padding make room";
                checker.report_field("type", Problem::Forbidden(why));
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}
