use serde::{Deserialize, Serialize};

use super::{AcquisitionCondition, CouponReward, CouponTimezone, CouponVisibility};
use crate::{
    Check, Checker, Extra,
    limits::{self, Length, Problem},
    setters::setters,
};

/// The title of a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
pub const COUPON_TITLE: Length = Length::utf16(60);

/// The description of a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
pub const COUPON_DESCRIPTION: Length = Length::utf16(1000).or_empty();

/// The code that a shop enters.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
pub const COUPON_CODE: Length = Length::utf16(16).or_empty();

/// The condition for using a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
pub const COUPON_USAGE_CONDITION: Length = Length::utf16(100).or_empty();

/// A coupon to create. It cannot be changed afterwards.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CouponCreate {
    /// The title, 1 to 60 characters.
    pub title: String,
    /// The reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<CouponReward>,
    /// The way users obtain the coupon.
    pub acquisition_condition: AcquisitionCondition,
    /// The number of uses per user: 1, or -1 for no limit.
    pub max_use_count_per_ticket: i32,
    /// The start of its validity, in seconds since 1970.
    pub start_timestamp: i64,
    /// The end of its validity, in seconds since 1970: in the future and after the start.
    pub end_timestamp: i64,
    /// The time zone in which LINE shows its dates.
    pub timezone: CouponTimezone,
    /// The visibility of the coupon.
    pub visibility: CouponVisibility,
    /// The description, at most 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of an image, which LINE copies when the coupon is created: HTTPS, at most 2,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The URL of a barcode image, which LINE copies when the coupon is created: HTTPS, at most 2,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode_image_url: Option<String>,
    /// The code that a shop enters, at most 16 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_code: Option<String>,
    /// The condition for using the coupon, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_condition: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CouponCreate {
    /// Creates an unlisted coupon for everyone, to use once, with dates in Tokyo time.
    pub fn new(
        title: impl Into<String>,
        reward: impl Into<CouponReward>,
        start_timestamp: i64,
        end_timestamp: i64,
    ) -> Self {
        Self {
            title: title.into(),
            reward: Some(reward.into()),
            acquisition_condition: AcquisitionCondition::normal(),
            max_use_count_per_ticket: 1,
            start_timestamp,
            end_timestamp,
            timezone: CouponTimezone::AsiaTokyo,
            visibility: CouponVisibility::Unlisted,
            description: None,
            image_url: None,
            barcode_image_url: None,
            coupon_code: None,
            usage_condition: None,
            extra: Extra::default(),
        }
    }
}

impl CouponCreate {
    /// Sets `acquisition_condition`, see the field.
    pub fn acquisition_condition(mut self, condition: impl Into<AcquisitionCondition>) -> Self {
        self.acquisition_condition = condition.into();
        self
    }

    /// Sets `max_use_count_per_ticket`, see the field.
    pub fn max_use_count_per_ticket(mut self, uses: i32) -> Self {
        self.max_use_count_per_ticket = uses;
        self
    }

    /// Sets `timezone`, see the field.
    pub fn timezone(mut self, timezone: CouponTimezone) -> Self {
        self.timezone = timezone;
        self
    }

    /// Sets `visibility`, see the field.
    pub fn visibility(mut self, visibility: CouponVisibility) -> Self {
        self.visibility = visibility;
        self
    }
}

setters!(CouponCreate {
    into {
        description: String,
        image_url: String,
        barcode_image_url: String,
        coupon_code: String,
        usage_condition: String,
    }
});

impl Check for CouponCreate {
    fn check(&self, checker: &mut Checker) {
        checker.length("title", &self.title, COUPON_TITLE);
        match &self.reward {
            Some(reward) => checker.field("reward", reward),
            None => checker.report_field("reward", Problem::Required),
        }
        checker.field("acquisitionCondition", &self.acquisition_condition);
        if !matches!(self.max_use_count_per_ticket, 1 | -1) {
            checker.report_field(
                "maxUseCountPerTicket",
                Problem::Rule("must be 1, or -1 for no limit"),
            );
        }
        if self.end_timestamp <= self.start_timestamp {
            checker.report_field("endTimestamp", Problem::Rule("must be after startTimestamp"));
        }
        checker.word("timezone", Some(&self.timezone));
        match self.visibility {
            CouponVisibility::Private => {
                checker.report_field("visibility", Problem::OneOf(&["PUBLIC", "UNLISTED"]));
            }
            ref visibility => checker.word("visibility", Some(visibility)),
        }
        checker.optional_length("description", self.description.as_deref(), COUPON_DESCRIPTION);
        checker.optional_uri("imageUrl", self.image_url.as_deref(), limits::MEDIA_URL);
        let barcode = self.barcode_image_url.as_deref();
        checker.optional_uri("barcodeImageUrl", barcode, limits::MEDIA_URL);
        checker.optional_length("couponCode", self.coupon_code.as_deref(), COUPON_CODE);
        checker.optional_length(
            "usageCondition",
            self.usage_condition.as_deref(),
            COUPON_USAGE_CONDITION,
        );
    }
}
