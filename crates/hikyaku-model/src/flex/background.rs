use serde::{Deserialize, Serialize};

use super::{
    Dimension,
    measure::{check_stop, is_number},
};
use crate::{
    Check, Checker, Extra, Unknown,
    limits::Problem,
    setters::setters,
    union::{extra, tagged, union},
};

/// The background of a box.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#box>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Background {
    /// A linear gradient from one colour to another.
    LinearGradient(LinearGradient),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// A linear gradient from one colour to another.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/#linear-gradient-bg>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "linearGradient", rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinearGradient {
    /// The direction, clockwise: `0deg` is upwards, `90deg` to the right; less than 360.
    pub angle: String,
    /// The colour at the start, `#RRGGBB` or `#RRGGBBAA`.
    pub start_color: String,
    /// The colour at the end, `#RRGGBB` or `#RRGGBBAA`.
    pub end_color: String,
    /// The colour in between, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub center_color: Option<String>,
    /// The position of the middle colour, from `0%` to `100%`; `50%` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub center_position: Option<Dimension>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, LinearGradient>")]
    pub extra: Extra,
}

tagged!(LinearGradient = "linearGradient");
union!(Background { LinearGradient(LinearGradient) });

impl LinearGradient {
    /// Creates a gradient from one colour to another, with its direction in degrees.
    pub fn new(
        degrees: impl Into<f64>,
        start_color: impl Into<String>,
        end_color: impl Into<String>,
    ) -> Self {
        Self {
            angle: format!("{}deg", degrees.into()),
            start_color: start_color.into(),
            end_color: end_color.into(),
            center_color: None,
            center_position: None,
            extra: Extra::default(),
        }
    }
}

setters!(LinearGradient { into { center_color: String, center_position: Dimension } });

impl Check for Background {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::LinearGradient(gradient) => gradient.check(checker),
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

impl Check for LinearGradient {
    fn check(&self, checker: &mut Checker) {
        let degrees = self.angle.strip_suffix("deg").filter(|degrees| is_number(degrees));
        if !degrees
            .and_then(|degrees| degrees.parse().ok())
            .is_some_and(|degrees: f64| degrees < 360.0)
        {
            let what = "must be a number with deg, from 0deg to less than 360deg";
            checker.report_field("angle", Problem::Rule(what));
        }
        checker.color_with_alpha("startColor", Some(&self.start_color));
        checker.color_with_alpha("endColor", Some(&self.end_color));
        checker.color_with_alpha("centerColor", self.center_color.as_deref());
        check_stop(checker, "centerPosition", self.center_position.as_ref());
    }
}
