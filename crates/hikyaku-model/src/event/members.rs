use serde::Serialize;

use super::{Source, object::object};
use crate::Extra;

/// The users who joined or left a group or multi-person chat.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#member-joined-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Members {
    /// The users.
    pub members: Vec<Source>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Members {
    /// Creates a list of these users.
    pub fn new(members: impl Into<Vec<Source>>) -> Self {
        Self { members: members.into(), extra: Extra::default() }
    }
}

object! {
    Members is "members, which are an object" {
        required members = "members",
    }
}
