use serde::Serialize;

use super::object::object;
use crate::Extra;

/// The detail of a follow event.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#follow-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FollowDetail {
    /// Whether the user had blocked the account before. LINE warns that this is not always right.
    pub is_unblocked: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl FollowDetail {
    /// Creates a detail that says whether the user had blocked the account before.
    pub fn new(is_unblocked: bool) -> Self {
        Self { is_unblocked, extra: Extra::default() }
    }
}

object! {
    FollowDetail is "the detail of a follow, which is an object" {
        required is_unblocked = "isUnblocked",
    }
}
