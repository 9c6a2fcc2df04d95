//! The pixels behind LINE's keywords.
//!
//! LINE publishes their order but no numbers; independent renderers agree on these. After a measurement on a phone,
//! change the line here, and the same value in the style sheet's section "Flex: bubbles".
//!
//! Source: <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/>

use hikyaku_model::flex::{BorderWidth, Dimension, Size, Space};

use crate::css::{Length, Ratio};

/// A place in the lists below, from `xxs` to `5xl`.
fn step(size: &Size) -> Option<usize> {
    Some(match size {
        Size::Xxs => 0,
        Size::Xs => 1,
        Size::Sm => 2,
        Size::Md => 3,
        Size::Lg => 4,
        Size::Xl => 5,
        Size::Xxl => 6,
        Size::Xl3 => 7,
        Size::Xl4 => 8,
        Size::Xl5 => 9,
        _ => return None,
    })
}

const LETTERS: [f64; 10] = [11.0, 13.0, 14.0, 16.0, 19.0, 22.0, 29.0, 35.0, 48.0, 74.0];
const PICTURES: [f64; 10] = [40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 180.0, 200.0, 220.0];

fn of_list(list: &[f64; 10], size: &Size) -> Option<Length> {
    step(size).and_then(|step| list.get(step)).copied().map(Length::px)
}

/// The size of letters; nothing where it is not known.
pub(super) fn letters(size: &Size) -> Option<Length> {
    match size {
        Size::Other(text) => Length::parse(text).filter(|length| !length.is_percent()),
        known => of_list(&LETTERS, known),
    }
}

/// The height of an icon: the size of letters, or a percentage of the default one.
pub(super) fn icon(size: &Size) -> Option<Length> {
    letters(size).or_else(|| match size {
        Size::Full => Some(Length::percent(100.0)),
        Size::Other(text) => Length::parse(text),
        _ => None,
    })
}

/// The width of a picture.
pub(super) fn picture(size: &Size) -> Option<Length> {
    match size {
        Size::Full => Some(Length::percent(100.0)),
        Size::Other(text) => Length::parse(text),
        known => of_list(&PICTURES, known),
    }
}

fn keyword(space: &Space) -> Option<f64> {
    Some(match space {
        Space::None => 0.0,
        Space::Xs => 2.0,
        Space::Sm => 4.0,
        Space::Md => 8.0,
        Space::Lg => 12.0,
        Space::Xl => 16.0,
        Space::Xxl => 20.0,
        _ => return None,
    })
}

/// A padding: a keyword, pixels or a percentage.
pub(super) fn padding(space: &Space) -> Option<Length> {
    match space {
        Space::Other(text) => Length::parse(text),
        known => keyword(known).map(Length::px),
    }
}

/// A margin, a spacing or a radius: a keyword or pixels.
pub(super) fn space(space: &Space) -> Option<Length> {
    padding(space).filter(|length| !length.is_percent())
}

/// An offset: the same as a padding, to either side.
pub(super) fn offset(space: &Space) -> Option<Length> {
    match space {
        Space::Other(text) => Length::parse_signed(text),
        known => keyword(known).map(Length::px),
    }
}

/// How thick a border is.
pub(super) fn border(width: &BorderWidth) -> Option<Length> {
    Some(Length::px(match width {
        BorderWidth::None => 0.0,
        BorderWidth::Light => 0.5,
        BorderWidth::Normal => 1.0,
        BorderWidth::Medium => 2.0,
        BorderWidth::SemiBold => 3.0,
        BorderWidth::Bold => 4.0,
        BorderWidth::Other(text) => {
            return Length::parse(text).filter(|length| !length.is_percent());
        }
        _ => return None,
    }))
}

/// A width or a height.
pub(super) fn dimension(dimension: &Dimension) -> Option<Length> {
    Length::parse(dimension.as_str())
}

/// The space between lines, in pixels.
pub(super) fn line_spacing(dimension: &Dimension) -> Option<Length> {
    Length::parse(dimension.as_str()).filter(|length| !length.is_percent())
}

/// A picture's shape; square where it is not said, or not understood.
pub(super) fn ratio(ratio: Option<&str>) -> Ratio {
    ratio.and_then(Ratio::parse).unwrap_or(Ratio::SQUARE)
}
