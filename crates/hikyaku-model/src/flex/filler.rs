use serde::{Deserialize, Serialize};

use crate::{
    Extra,
    setters::setters,
    union::{extra, tagged},
};

/// Empty space. LINE recommends margins and paddings instead.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#filler>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "filler", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Filler {
    /// The share of the parent's space; 0 is as much as the content needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flex: Option<u32>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Filler>")]
    pub extra: Extra,
}

tagged!(Filler = "filler");

impl Filler {
    /// Creates a filler that takes the remaining space.
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(Filler {
    plain { flex: u32 }
});
