use std::fmt;

use super::number;

/// A length in pixels or per cent, at most [`Length::MOST`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    number: f64,
    is_percent: bool,
}

impl Length {
    /// The maximum, positive or negative: no page is wider, and no number too long for CSS.
    pub const MOST: f64 = 10_000.0;

    /// Creates a length in pixels.
    pub fn px(pixels: f64) -> Self {
        Self::new(pixels, false)
    }

    /// Creates a percentage of the size to which the property refers.
    pub fn percent(percent: f64) -> Self {
        Self::new(percent, true)
    }

    fn new(number: f64, is_percent: bool) -> Self {
        let number = if number.is_finite() { number.clamp(-Self::MOST, Self::MOST) } else { 0.0 };
        Self { number, is_percent }
    }

    /// Reads `12.5px` or `50%`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(pixels) = text.strip_suffix("px") {
            number::parse(pixels).map(Self::px)
        } else {
            number::parse(text.strip_suffix('%')?).map(Self::percent)
        }
    }

    /// Reads a length with an optional minus, which only offsets may have.
    pub fn parse_signed(text: &str) -> Option<Self> {
        match text.strip_prefix('-') {
            Some(size) => {
                let size = Self::parse(size)?;
                Some(Self { number: -size.number, ..size })
            }
            None => Self::parse(text),
        }
    }

    /// Returns the pixels, if the length is in pixels.
    pub fn as_px(self) -> Option<f64> {
        (!self.is_percent).then_some(self.number)
    }

    /// Returns whether it is a percentage.
    pub fn is_percent(self) -> bool {
        self.is_percent
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.is_percent { "%" } else { "px" };
        write!(f, "{}{unit}", self.number)
    }
}
