use std::fmt;

use super::number;

/// An angle of a gradient, clockwise from upwards, less than a full turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angle(f64);

impl Angle {
    /// Reads `45deg` or `45.5deg`, from 0 to less than 360; `None` for any other text.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/#linear-gradient-bg>
    pub fn parse(text: &str) -> Option<Self> {
        let degrees = number::parse(text.strip_suffix("deg")?)?;
        (degrees < 360.0).then_some(Self(degrees))
    }
}

impl fmt::Display for Angle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}deg", self.0)
    }
}
