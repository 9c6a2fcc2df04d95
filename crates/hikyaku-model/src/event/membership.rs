use serde::Serialize;

use super::object::object;
use crate::{Extra, word::words};

/// What a user did with a membership of the account.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#membership-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MembershipContent {
    /// What the user did.
    pub r#type: MembershipType,
    /// The membership.
    pub membership_id: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MembershipContent {
    /// What a user did with the membership of this id.
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
    /// What a user did with a membership.
    MembershipType {
        /// Became a member.
        Joined = "joined",
        /// Ceased to be one.
        Left = "left",
        /// Stayed for another period.
        Renewed = "renewed",
    }
}
