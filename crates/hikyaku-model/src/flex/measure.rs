use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Checker,
    limits::Problem,
    word::{Word, words},
};

words! {
    /// The size of text, of an icon or of an image: a keyword, `px(...)`, or for images `percent(...)`.
    Size {
        Xxs = "xxs",
        Xs = "xs",
        Sm = "sm",
        Md = "md",
        Lg = "lg",
        Xl = "xl",
        Xxl = "xxl",
        Xl3 = "3xl",
        Xl4 = "4xl",
        Xl5 = "5xl",
        Full = "full",
    }

    /// A margin, padding, offset or radius: a keyword, `px(...)`, or in some places `percent(...)`.
    Space {
        None = "none",
        Xs = "xs",
        Sm = "sm",
        Md = "md",
        Lg = "lg",
        Xl = "xl",
        Xxl = "xxl",
    }

    /// The width of a border: a keyword or `px(...)`.
    BorderWidth {
        None = "none",
        Light = "light",
        Normal = "normal",
        Medium = "medium",
        SemiBold = "semi-bold",
        Bold = "bold",
    }
}

/// A measure in pixels or per cent, kept as it was written.
///
/// ```
/// use hikyaku_model::flex::{Box, Size, Text, percent, px};
///
/// let text = Text::new("small").size(px(11.5));
/// let half = Box::vertical([text]).width(percent(50)).padding_all(px(4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dimension(String);

/// Creates a measure in pixels.
pub fn px(pixels: impl Into<f64>) -> Dimension {
    Dimension(format!("{}px", pixels.into()))
}

/// Creates a percentage of the parent's width or height.
pub fn percent(percent: impl Into<f64>) -> Dimension {
    Dimension(format!("{}%", percent.into()))
}

impl Dimension {
    /// Returns the measure as LINE writes it: `10px` or `50%`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Dimension {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Dimension {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Dimension> for Size {
    fn from(Dimension(text): Dimension) -> Self {
        Self::from(text)
    }
}

impl From<Dimension> for Space {
    fn from(Dimension(text): Dimension) -> Self {
        Self::from(text)
    }
}

impl From<Dimension> for BorderWidth {
    fn from(Dimension(text): Dimension) -> Self {
        Self::from(text)
    }
}

/// The units that a field accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    Px,
    Percent,
    PxOrPercent,
    /// Pixels or a percentage, positive or negative.
    Offset,
}

/// The result of checking a measure against the units of its field.
enum Judgement {
    Fits,
    WrongUnit,
    Negative,
    /// A keyword, not a measure.
    Word,
}

/// Checks a keyword or a measure.
pub(super) fn check_measure<W: Word>(
    checker: &mut Checker,
    field: &'static str,
    measure: Option<&W>,
    units: Units,
) {
    let Some(text) = measure.and_then(W::unknown) else { return };
    match units.judge(text) {
        Judgement::Fits => {}
        Judgement::WrongUnit => checker.report_field(field, units.problem(true)),
        Judgement::Negative => checker.report_field(field, NEGATIVE),
        Judgement::Word => checker.unknown_word(field, W::WORDS),
    }
}

/// Checks the size of a text, a span or an icon, which has no `full` and no percentage.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/#other-component-size>
pub(super) fn check_font_size(checker: &mut Checker, size: Option<&Size>) {
    if size == Some(&Size::Full) {
        checker.report_field("size", Units::Px.problem(true));
    }
    check_measure(checker, "size", size, Units::Px);
}

/// Checks a measure that has no keywords.
pub(super) fn check_dimension(
    checker: &mut Checker,
    field: &'static str,
    dimension: Option<&Dimension>,
    units: Units,
) {
    let Some(Dimension(text)) = dimension else { return };
    match units.judge(text) {
        Judgement::Fits => {}
        Judgement::WrongUnit | Judgement::Word => {
            checker.report_field(field, units.problem(false));
        }
        Judgement::Negative => checker.report_field(field, NEGATIVE),
    }
}

/// The problem of a negative measure; only offsets may be negative.
const NEGATIVE: Problem = Problem::Rule("must not be negative");

/// Checks the position of a gradient's colour.
pub(super) fn check_stop(checker: &mut Checker, field: &'static str, stop: Option<&Dimension>) {
    check_dimension(checker, field, stop, Units::Percent);
    let percent = stop.and_then(|Dimension(text)| text.strip_suffix('%')?.parse().ok());
    if percent.is_some_and(|percent: f64| percent > 100.0) {
        checker.report_field(field, Problem::Rule("must be from 0% to 100%"));
    }
}

impl Units {
    fn judge(self, text: &str) -> Judgement {
        let (number, allowed) = if let Some(number) = text.strip_suffix("px") {
            (number, self != Self::Percent)
        } else if let Some(number) = text.strip_suffix('%') {
            (number, self != Self::Px)
        } else {
            (text, false)
        };
        let size = number.strip_prefix('-');
        if !is_number(size.unwrap_or(number)) {
            Judgement::Word
        } else if !allowed {
            Judgement::WrongUnit
        } else if size.is_some() && self != Self::Offset {
            Judgement::Negative
        } else {
            Judgement::Fits
        }
    }

    fn problem(self, or_keyword: bool) -> Problem {
        Problem::Rule(match (self, or_keyword) {
            (Self::Px, false) => "must be a number with px, such as 10px",
            (Self::Percent, false) => "must be a number with %, such as 50%",
            (Self::PxOrPercent | Self::Offset, false) => {
                "must be a number with px or %, such as 10px or 50%"
            }
            (Self::Px, true) => "must be a keyword or a number with px, such as md or 10px",
            (Self::Percent, true) => "must be a keyword or a number with %, such as md or 50%",
            (Self::PxOrPercent | Self::Offset, true) => {
                "must be a keyword or a number with px or %, such as md, 10px or 50%"
            }
        })
    }
}

/// Returns whether a text is a number of digits, with or without a fraction.
pub(super) fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}
