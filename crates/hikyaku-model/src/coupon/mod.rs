//! Coupons.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#coupon>

mod condition;
mod create;
mod detail;
mod price;
mod reward;
mod words;

pub use condition::{
    AcquisitionCondition, LotteryAcquisitionCondition, NormalAcquisitionCondition,
    ReferralAcquisitionCondition,
};
pub use create::{
    COUPON_CODE, COUPON_DESCRIPTION, COUPON_TITLE, COUPON_USAGE_CONDITION, CouponCreate,
};
pub use detail::CouponDetail;
pub use price::{ExplicitPrice, FixedPrice, PercentagePrice, PriceInfo};
pub use reward::{
    CashBackReward, CouponReward, DiscountReward, FreeReward, GiftReward, OthersReward,
};
pub use words::{CouponCurrency, CouponStatus, CouponTimezone, CouponVisibility};
