use serde::{Deserialize, Serialize};

use super::PriceInfo;
use crate::{
    Check, Checker, Extra, Unknown,
    limits::Problem,
    union::{extra, tagged, union},
};

/// The reward of a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CouponReward {
    /// A discount.
    Discount(DiscountReward),
    /// A cash-back.
    CashBack(CashBackReward),
    /// Something free of charge.
    Free(FreeReward),
    /// A gift.
    Gift(GiftReward),
    /// Any other reward.
    Others(OthersReward),
    /// A kind that this version does not know, or a known kind whose JSON does not fit.
    Unknown(Unknown),
}

union!(CouponReward {
    Discount(DiscountReward),
    Free(FreeReward),
    Gift(GiftReward),
    CashBack(CashBackReward),
    Others(OthersReward),
});

impl CouponReward {
    /// Creates a discount.
    pub fn discount(price: impl Into<PriceInfo>) -> Self {
        DiscountReward { price_info: Some(price.into()), extra: Extra::default() }.into()
    }

    /// Creates a cash-back.
    pub fn cash_back(price: impl Into<PriceInfo>) -> Self {
        CashBackReward { price_info: Some(price.into()), extra: Extra::default() }.into()
    }

    /// Creates a reward that is something free of charge.
    pub fn free() -> Self {
        FreeReward::default().into()
    }

    /// Creates a gift.
    pub fn gift() -> Self {
        GiftReward::default().into()
    }

    /// Creates any other reward.
    pub fn others() -> Self {
        OthersReward::default().into()
    }
}

impl Check for CouponReward {
    fn check(&self, checker: &mut Checker) {
        let price = match self {
            Self::Discount(reward) => &reward.price_info,
            Self::CashBack(reward) => {
                if matches!(reward.price_info, Some(PriceInfo::Explicit(_))) {
                    let why = "a cash-back has no price before and after";
                    checker.report_field("priceInfo", Problem::Forbidden(why));
                }
                &reward.price_info
            }
            Self::Free(_) | Self::Gift(_) | Self::Others(_) => return,
            Self::Unknown(unknown) => return unknown.check(checker),
        };
        match price {
            Some(price) => checker.field("priceInfo", price),
            None => checker.report_field("priceInfo", Problem::Required),
        }
    }
}

/// A discount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "discount", rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiscountReward {
    /// The value of the discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_info: Option<PriceInfo>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, DiscountReward>")]
    pub extra: Extra,
}

/// A cash-back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "cashBack", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CashBackReward {
    /// The value of the cash-back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_info: Option<PriceInfo>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, CashBackReward>")]
    pub extra: Extra,
}

/// Something free of charge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "free")]
#[non_exhaustive]
pub struct FreeReward {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, FreeReward>")]
    pub extra: Extra,
}

/// A gift.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "gift")]
#[non_exhaustive]
pub struct GiftReward {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, GiftReward>")]
    pub extra: Extra,
}

/// Any other reward.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "others")]
#[non_exhaustive]
pub struct OthersReward {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, OthersReward>")]
    pub extra: Extra,
}

tagged!(
    DiscountReward = "discount",
    CashBackReward = "cashBack",
    FreeReward = "free",
    GiftReward = "gift",
    OthersReward = "others",
);
