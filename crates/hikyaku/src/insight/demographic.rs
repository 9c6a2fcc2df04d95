use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getFriendsDemographics", "/v2/bot/insight/demographic");

/// The demographics of the account's friends, about three days ago.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Demographics {
    /// Whether the numbers are available; they need at least 20 friends.
    pub available: bool,
    /// The shares by gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genders: Option<Vec<GenderTile>>,
    /// The shares by age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ages: Option<Vec<AgeTile>>,
    /// The shares by area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub areas: Option<Vec<AreaTile>>,
    /// The shares by operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_types: Option<Vec<AppTypeTile>>,
    /// The shares by the time since users became friends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_periods: Option<Vec<SubscriptionPeriodTile>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The share of one gender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GenderTile {
    /// The gender.
    pub gender: Gender,
    /// The share in per cent.
    pub percentage: f64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// A gender.
    Gender {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Unknown to LINE.
        Unknown = "unknown",
    }
}

/// The share of one age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgeTile {
    /// The age.
    pub age: Age,
    /// The share in per cent.
    pub percentage: f64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// An age in years.
    Age {
        /// 0 to 14.
        From0To14 = "from0to14",
        /// 15 to 19.
        From15To19 = "from15to19",
        /// 20 to 24.
        From20To24 = "from20to24",
        /// 25 to 29.
        From25To29 = "from25to29",
        /// 30 to 34.
        From30To34 = "from30to34",
        /// 35 to 39.
        From35To39 = "from35to39",
        /// 40 to 44.
        From40To44 = "from40to44",
        /// 45 to 49.
        From45To49 = "from45to49",
        /// 50 and over.
        From50 = "from50",
        /// 50 to 54.
        From50To54 = "from50to54",
        /// 55 to 59.
        From55To59 = "from55to59",
        /// 60 to 64.
        From60To64 = "from60to64",
        /// 65 to 69.
        From65To69 = "from65to69",
        /// 70 and over.
        From70 = "from70",
        /// Unknown to LINE.
        Unknown = "unknown",
    }
}

/// The share of one area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AreaTile {
    /// The area, in the language of the account's country: `東京`, `Bangkok`.
    pub area: String,
    /// The share in per cent.
    pub percentage: f64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The share of one operating system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AppTypeTile {
    /// The operating system.
    pub app_type: AppType,
    /// The share in per cent.
    pub percentage: f64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// An operating system.
    AppType {
        /// iOS.
        Ios = "ios",
        /// Android.
        Android = "android",
        /// Any other operating system.
        Others = "others",
    }
}

/// The share of friends by the time since they became friends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionPeriodTile {
    /// The time since they became friends.
    pub subscription_period: SubscriptionPeriod,
    /// The share in per cent.
    pub percentage: f64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The time since a user became a friend.
    SubscriptionPeriod {
        /// Less than 7 days.
        Within7Days = "within7days",
        /// Less than 30 days.
        Within30Days = "within30days",
        /// Less than 90 days.
        Within90Days = "within90days",
        /// Less than 180 days.
        Within180Days = "within180days",
        /// Less than 365 days.
        Within365Days = "within365days",
        /// 365 days or more.
        Over365Days = "over365days",
        /// Unknown to LINE.
        Unknown = "unknown",
    }
}

impl Client {
    /// Returns the demographics of the account's friends. Accounts of Japan, Thailand and Taiwan only.
    ///
    /// # Limits
    /// 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-demographic>
    pub async fn friends_demographics(&self) -> Result<Answer<Demographics>, Error> {
        self.request(&ROUTE, &[])?.read().await
    }
}
