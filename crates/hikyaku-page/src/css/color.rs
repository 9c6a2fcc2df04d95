use std::fmt;

/// A colour with its alpha value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(u32);

impl Color {
    /// Creates an opaque colour, written as `0xRRGGBB`.
    pub const fn rgb(rgb: u32) -> Self {
        Self((rgb << 8) | 0xff)
    }

    /// Reads `#RRGGBB` or `#RRGGBBAA`, the two forms of LINE; `None` for any other text.
    ///
    /// ```
    /// use hikyaku_page::css::Color;
    ///
    /// assert!(Color::parse("#06C755").is_some());
    /// assert!(Color::parse("#06C75580").is_some());
    /// assert!(Color::parse("red;background:url(//evil)").is_none());
    /// ```
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#box>
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        // `from_str_radix` takes a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        match digits.len() {
            6 => Some(Self::rgb(number)),
            8 => Some(Self(number)),
            _ => None,
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & 0xff == 0xff {
            write!(f, "#{:06x}", self.0 >> 8)
        } else {
            write!(f, "#{:08x}", self.0)
        }
    }
}
