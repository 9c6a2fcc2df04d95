use serde::{Deserialize, Serialize};

use crate::{Check, Checker, Extra, limits::Problem, setters::setters};

/// A limit on the recipients of a narrowcast. Without one, LINE reserves quota for every match.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Limit {
    /// The maximum number of recipients, picked at random; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Whether the narrowcast stops at the remaining quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to_remaining_quota: Option<bool>,
    /// Whether nothing is sent if the quota does not cover every recipient; requires `up_to_remaining_quota`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forbid_partial_delivery: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Limit {
    /// Creates an empty limit.
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(Limit { plain { max: u32, up_to_remaining_quota: bool, forbid_partial_delivery: bool } });

impl Limit {
    /// Checks that at least one field is set and that no field is misspelt.
    fn check_known(&self, checker: &mut Checker) {
        let none = self.max.is_none()
            && self.up_to_remaining_quota.is_none()
            && self.forbid_partial_delivery.is_none();
        if none {
            checker.unknown_rule("must have max, upToRemainingQuota or forbidPartialDelivery");
        }
        checker.no_extra(&self.extra, &["max", "upToRemainingQuota", "forbidPartialDelivery"]);
    }
}

impl Check for Limit {
    fn check(&self, checker: &mut Checker) {
        checker.narrowing(|checker| self.check_known(checker));
        if self.max.is_some_and(|max| !(1..=i32::MAX.unsigned_abs()).contains(&max)) {
            checker.report_field("max", Problem::range(1, i32::MAX));
        }
        if self.forbid_partial_delivery == Some(true) && self.up_to_remaining_quota != Some(true) {
            let why = "it needs upToRemainingQuota";
            checker.report_field("forbidPartialDelivery", Problem::Forbidden(why));
        }
    }
}
