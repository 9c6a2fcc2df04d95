use serde::{Deserialize, Serialize};

use super::{
    Space,
    measure::{Units, check_measure},
};
use crate::{
    Check, Checker, Extra,
    setters::setters,
    union::{extra, tagged},
};

/// A separator line between the children of a box.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#separator>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "separator", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Separator {
    /// The space before it: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Space>,
    /// The colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Separator>")]
    pub extra: Extra,
}

tagged!(Separator = "separator");

impl Separator {
    /// Creates a line of the default style.
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(Separator {
    into {
        margin: Space,
        color: String,
    }
});

impl Check for Separator {
    fn check(&self, checker: &mut Checker) {
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        checker.color_with_alpha("color", self.color.as_deref());
    }
}
