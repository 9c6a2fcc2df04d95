use serde::{Deserialize, Serialize};

use super::{AcquisitionCondition, CouponReward, CouponStatus, CouponTimezone, CouponVisibility};
use crate::Extra;

/// A coupon as LINE reports it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-coupon>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct CouponDetail {
    /// The coupon id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<String>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The status in the coupon's life cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CouponStatus>,
    /// The reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<CouponReward>,
    /// The way users obtain the coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquisition_condition: Option<AcquisitionCondition>,
    /// The number of users who can obtain it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_acquire_count: Option<i64>,
    /// The number of uses per user: 1, or -1 for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_use_count_per_ticket: Option<i32>,
    /// The number of these coupons that a user can hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ticket_per_user: Option<i64>,
    /// The time of creation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_timestamp: Option<i64>,
    /// The start of its validity, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<i64>,
    /// The end of its validity, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<i64>,
    /// The time zone in which LINE shows its dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<CouponTimezone>,
    /// The visibility of the coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<CouponVisibility>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of LINE's copy of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The URL of LINE's copy of the barcode image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode_image_url: Option<String>,
    /// The code that a shop enters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_code: Option<String>,
    /// The condition for using the coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_condition: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
