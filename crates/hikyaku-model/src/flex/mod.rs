//! The layout language of Flex Messages: bubbles, boxes and their components.
//!
//! ```
//! use hikyaku_model::{Action, Check, Message, flex};
//!
//! let receipt = flex::Bubble::new()
//!     .body(flex::Box::vertical((
//!         flex::Text::new("Your parcel is here").size(flex::Size::Xl).weight(flex::Weight::Bold),
//!         flex::Separator::new().margin(flex::Space::Md),
//!         flex::Box::baseline((
//!             flex::Icon::new("https://example.com/star.png"),
//!             flex::Text::new("4.8").color("#999999").margin(flex::Space::Sm),
//!         )),
//!     )))
//!     .footer(flex::Box::vertical([
//!         flex::Button::new(Action::uri("Open", "https://example.com/")),
//!         flex::Button::new(Action::postback("Rate it", "rate=1")).style(flex::ButtonStyle::Link),
//!     ]));
//! assert!(Message::flex("Your parcel is here", receipt).validate().is_ok());
//! ```
//!
//! The names are LINE's, and short. Write `flex::Box` and `flex::Text`: importing the names alone would hide Rust's
//! [`Box`](std::boxed::Box) and the `Text` of events.
//!
//! [`Container::from_json`] reads JSON from LINE's Flex Message Simulator unchanged.
//!
//! Sources: <https://developers.line.biz/en/reference/messaging-api/#flex-message>, <https://developers.line.biz/en/docs/messaging-api/flex-message-elements/>, <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/>

mod background;
mod block;
mod bubble;
mod button;
mod bytes;
mod carousel;
mod component;
mod components;
mod container;
mod filler;
mod icon;
mod image;
mod measure;
mod separator;
mod span;
mod text;
mod video;
mod words;

pub use background::{Background, LinearGradient};
pub use block::Box;
pub use bubble::{BlockStyle, Bubble, BubbleStyles};
pub use button::Button;
pub use bytes::{BUBBLE_BYTES, CAROUSEL_BYTES};
pub use carousel::{CAROUSEL_BUBBLES, Carousel};
pub use component::Component;
pub use components::Components;
pub use container::{ANIMATED_IMAGES, Container};
pub use filler::Filler;
pub use icon::Icon;
pub use image::Image;
pub use measure::{BorderWidth, Dimension, Size, Space, percent, px};
pub use separator::Separator;
pub use span::Span;
pub use text::Text;
pub use video::Video;
pub use words::{
    AdjustMode, Align, AlignItems, AspectMode, BubbleSize, ButtonHeight, ButtonStyle, Decoration,
    Direction, Gravity, JustifyContent, Layout, Position, TextStyle, Weight,
};

use measure::{Units, check_measure, is_number};

use crate::{
    Action, Checker,
    action::ActionPlace,
    limits::{Problem, Segment},
};

fn check_action(action: Option<&Action>, checker: &mut Checker) {
    if let Some(action) = action {
        checker.at(Segment::Field("action"), |checker| action.check_in(ActionPlace::Flex, checker));
    }
}

fn check_offsets(
    checker: &mut Checker,
    position: Option<&Position>,
    [top, bottom, start, end]: [&Option<Space>; 4],
) {
    checker.word("position", position);
    let offsets =
        [("offsetTop", top), ("offsetBottom", bottom), ("offsetStart", start), ("offsetEnd", end)];
    for (field, offset) in offsets {
        check_measure(checker, field, offset.as_ref(), Units::Offset);
    }
}

fn check_aspect_ratio(ratio: Option<&str>, checker: &mut Checker) {
    let Some(ratio) = ratio else { return };
    let side = |text: &str| {
        let side: f64 = is_number(text).then(|| text.parse().ok())??;
        (1.0..=100_000.0).contains(&side).then_some(side)
    };
    let sides =
        ratio.split_once(':').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    match sides {
        None => {
            let what = "must be width:height, each from 1 to 100000, such as 20:13";
            checker.report_field("aspectRatio", Problem::Rule(what));
        }
        Some((width, height)) if height > 3.0 * width => {
            let what = "must not be higher than three times its width";
            checker.report_field("aspectRatio", Problem::Rule(what));
        }
        Some(_) => {}
    }
}
