use std::fmt;

use super::number;

/// A ratio of width to height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    width: f64,
    height: f64,
}

impl Ratio {
    /// The ratio of a square.
    pub const SQUARE: Self = Self { width: 1.0, height: 1.0 };

    /// Creates a ratio; each side is at least 1, and the height at most three times the width.
    pub fn new(width: f64, height: f64) -> Self {
        let [width, height] = [width, height].map(|side| side.clamp(1.0, 100_000.0));
        Self { width, height: height.min(3.0 * width) }
    }

    /// Reads `20:13`, each side from 1 to 100000; `None` for any other text.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#f-image>
    pub fn parse(text: &str) -> Option<Self> {
        let (width, height) = text.split_once(':')?;
        let side = |text| number::parse(text).filter(|side| (1.0..=100_000.0).contains(side));
        Some(Self::new(side(width)?, side(height)?))
    }

    /// Returns the width for a height.
    pub fn width_of(self, height: f64) -> f64 {
        height * self.width / self.height
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.width, self.height)
    }
}
