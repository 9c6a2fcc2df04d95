use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    limits::{Length, Problem},
    setters::setters,
    union::{extra, tagged},
};

/// The tag under which LINE counts the use of a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#coupon-message>
pub const COUPON_DELIVERY_TAG: Length = Length::utf16(30);

/// A message with an existing coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#coupon-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "coupon", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CouponMessage {
    /// The coupon id.
    pub coupon_id: String,
    /// The tag under which LINE counts the coupon's use: at most 30 of `[A-Za-z0-9_]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_tag: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, CouponMessage>")]
    pub extra: Extra,
}

tagged!(CouponMessage = "coupon");

impl CouponMessage {
    /// Creates a coupon message without a tag.
    pub fn new(coupon_id: impl Into<String>) -> Self {
        Self { coupon_id: coupon_id.into(), delivery_tag: None, extra: Extra::default() }
    }
}

setters!(CouponMessage { into { delivery_tag: String } });

impl Check for CouponMessage {
    fn check(&self, checker: &mut Checker) {
        checker.required("couponId", &self.coupon_id);
        let Some(tag) = &self.delivery_tag else { return };
        checker.length("deliveryTag", tag, COUPON_DELIVERY_TAG);
        if !tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            checker.report_field("deliveryTag", Problem::Pattern("[A-Za-z0-9_]{1,30}"));
        }
    }
}
