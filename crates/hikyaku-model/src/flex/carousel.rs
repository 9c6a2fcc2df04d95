use serde::{Deserialize, Serialize};

use super::{
    Bubble, BubbleSize,
    bytes::{BUBBLE_BYTES, CAROUSEL_BYTES, check_bytes},
};
use crate::{
    Check, Checker, Extra,
    limits::{Count, Problem, Segment},
    union::{extra, list, tagged},
};

/// The number of bubbles in a carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-carousel>
pub const CAROUSEL_BUBBLES: Count = Count { min: 1, max: 12 };

/// A carousel: bubbles to scroll, all of the same size.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-carousel>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "carousel", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Carousel {
    /// The bubbles, at most 12.
    #[serde(deserialize_with = "list")]
    pub contents: Vec<Bubble>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Carousel>")]
    pub extra: Extra,
}

tagged!(Carousel = "carousel");

impl Carousel {
    /// Creates a carousel of these bubbles.
    pub fn new(bubbles: impl IntoIterator<Item = Bubble>) -> Self {
        Self { contents: bubbles.into_iter().collect(), extra: Extra::default() }
    }
}

impl Check for Carousel {
    fn check(&self, checker: &mut Checker) {
        let bytes = check_bytes(self, CAROUSEL_BYTES, checker);
        let size = |bubble: &Bubble| bubble.size.clone().unwrap_or(BubbleSize::Mega);
        let first = self.contents.first().map(size);
        checker.at(Segment::Field("contents"), |checker| {
            checker.count(self.contents.len(), CAROUSEL_BUBBLES);
            for (index, bubble) in self.contents.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| {
                    // No bubble is larger than the whole carousel.
                    if bytes > BUBBLE_BYTES {
                        check_bytes(bubble, BUBBLE_BYTES, checker);
                    }
                    if first.as_ref().is_some_and(|first| *first != size(bubble)) {
                        let what = "must be the size of the first bubble";
                        checker.report_field("size", Problem::Rule(what));
                    }
                    bubble.check_parts(true, checker);
                });
            }
        });
    }
}
