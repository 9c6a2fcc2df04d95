use serde::{Deserialize, Serialize};

use super::{AcquisitionCondition, CouponReward, CouponStatus, CouponTimezone, CouponVisibility};
use crate::Extra;

/// A coupon as LINE has it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-coupon>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct CouponDetail {
    /// The coupon's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How far it is in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CouponStatus>,
    /// What it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<CouponReward>,
    /// How users come by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquisition_condition: Option<AcquisitionCondition>,
    /// How many users can have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_acquire_count: Option<i64>,
    /// How often a user can use it: 1, or -1 without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_use_count_per_ticket: Option<i32>,
    /// How many of it a user can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ticket_per_user: Option<i64>,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_timestamp: Option<i64>,
    /// When it begins, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<i64>,
    /// When it ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<i64>,
    /// The time zone that its dates are shown in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<CouponTimezone>,
    /// Who can find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<CouponVisibility>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its image, where LINE keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The image of its barcode, where LINE keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode_image_url: Option<String>,
    /// The code that a shop types in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_code: Option<String>,
    /// What a user must do to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_condition: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
