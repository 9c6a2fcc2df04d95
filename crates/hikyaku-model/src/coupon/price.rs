use serde::{Deserialize, Serialize};

use super::CouponCurrency;
use crate::{
    Check, Checker, Extra, Unknown,
    limits::Problem,
    union::{extra, tagged, union},
};

/// The value of a discount or a cash-back.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum PriceInfo {
    /// A fixed amount.
    Fixed(FixedPrice),
    /// A percentage of the price.
    Percentage(PercentagePrice),
    /// The prices before and after the discount. Discounts only.
    Explicit(ExplicitPrice),
    /// A kind that this version does not know, or a known kind whose JSON does not fit.
    Unknown(Unknown),
}

union!(PriceInfo {
    Fixed(FixedPrice),
    Percentage(PercentagePrice),
    Explicit(ExplicitPrice),
});

impl PriceInfo {
    /// Creates a fixed amount of at least 1, in the currency of the account's country.
    pub fn fixed(amount: u64) -> Self {
        FixedPrice { fixed_amount: amount, currency: None, extra: Extra::default() }.into()
    }

    /// Creates a percentage, 1 to 99.
    pub fn percentage(percentage: u8) -> Self {
        PercentagePrice { percentage, extra: Extra::default() }.into()
    }

    /// Creates a discount from its prices before and after.
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
            Self::Fixed(price) => {
                positive("fixedAmount", price.fixed_amount, checker);
                only(&price.extra, checker);
            }
            Self::Percentage(price) => {
                if !(1..=99).contains(&price.percentage) {
                    let range = Problem::Range { min: "1".into(), max: "99".into() };
                    checker.report_field("percentage", range);
                }
                only(&price.extra, checker);
            }
            Self::Explicit(price) => {
                positive("originalPrice", price.original_price, checker);
                positive("priceAfterDiscount", price.price_after_discount, checker);
                only(&price.extra, checker);
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

fn positive(field: &'static str, amount: u64, checker: &mut Checker) {
    if amount == 0 {
        checker.report_field(field, Problem::Rule("must be positive"));
    }
}

/// Reports fields that belong to another kind of price. A kind's own fields are not among its unknown ones.
fn only(unknown: &Extra, checker: &mut Checker) {
    for field in ["fixedAmount", "percentage", "originalPrice", "priceAfterDiscount"] {
        if unknown.get(field).is_some() {
            checker.report_field(field, Problem::Forbidden("another kind of price has it"));
        }
    }
}

/// A fixed amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "fixed", rename_all = "camelCase")]
#[non_exhaustive]
pub struct FixedPrice {
    /// The amount, at least 1.
    pub fixed_amount: u64,
    /// The currency. LINE reports it, and takes it from the account when a coupon is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<CouponCurrency>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, FixedPrice>")]
    pub extra: Extra,
}

/// A percentage of the price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "percentage")]
#[non_exhaustive]
pub struct PercentagePrice {
    /// The percentage, 1 to 99.
    pub percentage: u8,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, PercentagePrice>")]
    pub extra: Extra,
}

/// The prices before and after the discount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "explicit", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExplicitPrice {
    /// The price before the discount, at least 1.
    pub original_price: u64,
    /// The price after the discount, at least 1.
    pub price_after_discount: u64,
    /// The currency. LINE reports it, and takes it from the account when a coupon is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<CouponCurrency>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ExplicitPrice>")]
    pub extra: Extra,
}

tagged!(FixedPrice = "fixed", PercentagePrice = "percentage", ExplicitPrice = "explicit");
