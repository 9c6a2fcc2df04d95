use serde::Serialize;

use super::{Bubble, Carousel};
use crate::{Check, Checker, InvalidJson, Unknown, json, limits::Count, union::union};

/// The number of animated images in one message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-image>
pub const ANIMATED_IMAGES: Count = Count { min: 0, max: 10 };

/// The outermost element of a Flex Message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#container>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a message holds it in a box of its own")]
pub enum Container {
    /// One bubble.
    Bubble(Bubble),
    /// A carousel of bubbles.
    Carousel(Carousel),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

union!(Container {
    Bubble(Bubble),
    Carousel(Carousel),
});

impl Container {
    /// Reads the JSON that LINE's Flex Message Simulator exports, or any other JSON of a container.
    ///
    /// Nothing is lost: content that this version does not know is kept and written back.
    ///
    /// # Errors
    /// The text is not a JSON object; the error gives the line and the column.
    ///
    /// ```
    /// use hikyaku_model::{Message, flex::Container};
    ///
    /// let pasted = r#"{"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": []}}"#;
    /// let message = Message::flex("An empty bubble", Container::from_json(pasted).unwrap());
    ///
    /// let mistake = Container::from_json("{\n  \"type\": \"bubble\",\n}").unwrap_err();
    /// assert_eq!(mistake.to_string(), "line 3, column 1: trailing comma");
    /// ```
    ///
    /// Source: <https://developers.line.biz/flex-simulator/>
    #[inline]
    pub fn from_json(json: &str) -> Result<Self, InvalidJson> {
        json::parse(json)
    }

    pub(crate) fn animated_images(&self) -> usize {
        match self {
            Self::Bubble(bubble) => bubble.animated_images(),
            Self::Carousel(carousel) => carousel.contents.iter().map(Bubble::animated_images).sum(),
            Self::Unknown(_) => 0,
        }
    }
}

impl Check for Container {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Bubble(bubble) => bubble.check(checker),
            Self::Carousel(carousel) => carousel.check(checker),
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}
