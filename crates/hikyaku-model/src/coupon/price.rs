use serde::{Deserialize, Serialize};

use super::CouponCurrency;
use crate::{
    Check, Checker, Extra, Unknown,
    limits::Problem,
    union::{extra, tagged, union},
};

/// How much a discount or a cash-back is.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum PriceInfo {
    /// An amount.
    Fixed(FixedPrice),
    /// A part of the price.
    Percentage(PercentagePrice),
    /// The price before and after. Discounts only.
    Explicit(ExplicitPrice),
    /// A newer kind, or a known one whose JSON does not fit its type.
    Unknown(Unknown),
}

union!(PriceInfo {
    Fixed(FixedPrice),
    Percentage(PercentagePrice),
    Explicit(ExplicitPrice),
});

impl PriceInfo {
    /// An amount, in the currency of the account's country.
    pub fn fixed(amount: u64) -> Self {
        FixedPrice { fixed_amount: amount, currency: None, extra: Extra::default() }.into()
    }

    /// 1 to 99 per cent.
    pub fn percentage(percentage: u8) -> Self {
        PercentagePrice { percentage, extra: Extra::default() }.into()
    }

    /// The price before and after.
    pub fn explicit(original_price: u64, price_after_discount: u64) -> Self {
        ExplicitPrice {
            original_price,
            price_after_discount,
            currency: None,
            extra: Extra::default(),
        }
        .into()
    }
}

impl Check for PriceInfo {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Fixed(price) => only(&price.extra, checker),
            Self::Percentage(price) => {
                if !(1..=99).contains(&price.percentage) {
                    let range = Problem::Range { min: "1".into(), max: "99".into() };
                    checker.report_field("percentage", range);
                }
                only(&price.extra, checker);
            }
            Self::Explicit(price) => only(&price.extra, checker),
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

/// Reports fields of another kind of price. A kind's own fields are not among its unknown ones.
fn only(unknown: &Extra, checker: &mut Checker) {
    for field in ["fixedAmount", "percentage", "originalPrice", "priceAfterDiscount"] {
        if unknown.get(field).is_some() {
            checker.report_field(field, Problem::Forbidden("another kind of price has it"));
        }
    }
}

/// An amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "fixed", rename_all = "camelCase")]
#[non_exhaustive]
pub struct FixedPrice {
    /// How much.
    pub fixed_amount: u64,
    /// In what; LINE tells it, and takes it from the account when a coupon is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<CouponCurrency>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, FixedPrice>")]
    pub extra: Extra,
}

/// A part of the price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "percentage")]
#[non_exhaustive]
pub struct PercentagePrice {
    /// 1 to 99 per cent.
    pub percentage: u8,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, PercentagePrice>")]
    pub extra: Extra,
}

/// The price before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "explicit", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExplicitPrice {
    /// Before.
    pub original_price: u64,
    /// After.
    pub price_after_discount: u64,
    /// In what; LINE tells it, and takes it from the account when a coupon is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<CouponCurrency>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ExplicitPrice>")]
    pub extra: Extra,
}

tagged!(FixedPrice = "fixed", PercentagePrice = "percentage", ExplicitPrice = "explicit");
