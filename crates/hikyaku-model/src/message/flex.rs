use serde::{Deserialize, Serialize};

use super::ALT_TEXT;
use crate::{
    Check, Checker, Extra,
    flex::{ANIMATED_IMAGES, Container},
    limits::{Problem, Segment},
    union::{extra, tagged},
};

/// A Flex Message: a message with a free layout.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#flex-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "flex", rename_all = "camelCase")]
#[non_exhaustive]
pub struct FlexMessage {
    /// The alternative text for notifications, chat lists and screen readers: at most 1,500 UTF-16 code units.
    pub alt_text: String,
    /// The layout.
    pub contents: Box<Container>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, FlexMessage>")]
    pub extra: Extra,
}

tagged!(FlexMessage = "flex");

impl FlexMessage {
    /// Creates a Flex Message with its alternative text.
    pub fn new(alt_text: impl Into<String>, contents: impl Into<Container>) -> Self {
        Self {
            alt_text: alt_text.into(),
            contents: Box::new(contents.into()),
            extra: Extra::default(),
        }
    }
}

impl Check for FlexMessage {
    fn check(&self, checker: &mut Checker) {
        checker.length("altText", &self.alt_text, ALT_TEXT);
        checker.at(Segment::Field("contents"), |checker| {
            if !ANIMATED_IMAGES.allows(self.contents.animated_images()) {
                checker.report(Problem::Rule("must not have more than 10 animated images"));
            }
            self.contents.check(checker);
        });
    }
}
