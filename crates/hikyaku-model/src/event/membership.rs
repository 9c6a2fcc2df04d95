use serde::Serialize;

use super::object::object;
use crate::{Extra, word::words};

/// A change of a user's membership of the account.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#membership-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MembershipContent {
    /// The kind of change.
    pub r#type: MembershipType,
    /// The membership id.
    pub membership_id: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MembershipContent {
    /// Creates a change of the membership with this id.
    pub fn new(r#type: MembershipType, membership_id: u64) -> Self {
        Self { r#type, membership_id, extra: Extra::default() }
    }
}

object! {
    MembershipContent is "a membership, which is an object" {
        required r#type = "type",
        required membership_id = "membershipId",
    }
}

words! {
    /// The kind of change of a membership.
    MembershipType {
        /// The user became a member.
        Joined = "joined",
        /// The user left the membership.
        Left = "left",
        /// The user renewed the membership for another period.
        Renewed = "renewed",
    }
}
