use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra, Unknown,
    limits::Problem,
    union::{extra, tagged, union},
};

/// The way users obtain a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AcquisitionCondition {
    /// Everyone who sees the coupon has it.
    Normal(NormalAcquisitionCondition),
    /// Users win it in a lottery.
    Lottery(LotteryAcquisitionCondition),
    /// Users receive it for referring a friend. LINE reports such coupons; the API cannot create them.
    Referral(ReferralAcquisitionCondition),
    /// A kind that this version does not know, or a known kind whose JSON does not fit.
    Unknown(Unknown),
}

union!(AcquisitionCondition {
    Normal(NormalAcquisitionCondition),
    Lottery(LotteryAcquisitionCondition),
    Referral(ReferralAcquisitionCondition),
});

impl AcquisitionCondition {
    /// Creates a condition under which everyone who sees the coupon has it.
    pub fn normal() -> Self {
        NormalAcquisitionCondition::default().into()
    }

    /// Creates a lottery with a chance of 1 to 99 per cent and this number of winners, or -1 for no limit.
    pub fn lottery(probability: u8, winners: i32) -> Self {
        LotteryAcquisitionCondition {
            lottery_probability: probability,
            max_acquire_count: winners,
            extra: Extra::default(),
        }
        .into()
    }
}

impl Check for AcquisitionCondition {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Normal(_) => {}
            Self::Lottery(lottery) => lottery.check(checker),
            Self::Referral(_) => {
                checker.report_field("type", Problem::OneOf(&["normal", "lottery"]));
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

/// Everyone who sees the coupon has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "normal")]
#[non_exhaustive]
pub struct NormalAcquisitionCondition {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, NormalAcquisitionCondition>")]
    pub extra: Extra,
}

/// Users win it in a lottery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "lottery", rename_all = "camelCase")]
#[non_exhaustive]
pub struct LotteryAcquisitionCondition {
    /// The chance to win, 1 to 99 per cent.
    pub lottery_probability: u8,
    /// The maximum number of winners, 1 to 999,999; -1 for no limit.
    pub max_acquire_count: i32,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, LotteryAcquisitionCondition>")]
    pub extra: Extra,
}

impl Check for LotteryAcquisitionCondition {
    fn check(&self, checker: &mut Checker) {
        let range = |max: &str| Problem::Range { min: "1".into(), max: max.into() };
        if !(1..=99).contains(&self.lottery_probability) {
            checker.report_field("lotteryProbability", range("99"));
        }
        if self.max_acquire_count != -1 && !(1..=999_999).contains(&self.max_acquire_count) {
            checker.report_field("maxAcquireCount", range("999999"));
        }
    }
}

/// Users receive it for referring a friend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "referral")]
#[non_exhaustive]
pub struct ReferralAcquisitionCondition {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, ReferralAcquisitionCondition>")]
    pub extra: Extra,
}

tagged!(
    NormalAcquisitionCondition = "normal",
    LotteryAcquisitionCondition = "lottery",
    ReferralAcquisitionCondition = "referral",
);
