use hikyaku_model::Extra;
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

/// A gender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Unknown to LINE.
    Unknown,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
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

/// An age in years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Age {
    /// 0 to 14.
    #[serde(rename = "from0to14")]
    From0To14,
    /// 15 to 19.
    #[serde(rename = "from15to19")]
    From15To19,
    /// 20 to 24.
    #[serde(rename = "from20to24")]
    From20To24,
    /// 25 to 29.
    #[serde(rename = "from25to29")]
    From25To29,
    /// 30 to 34.
    #[serde(rename = "from30to34")]
    From30To34,
    /// 35 to 39.
    #[serde(rename = "from35to39")]
    From35To39,
    /// 40 to 44.
    #[serde(rename = "from40to44")]
    From40To44,
    /// 45 to 49.
    #[serde(rename = "from45to49")]
    From45To49,
    /// 50 and over.
    #[serde(rename = "from50")]
    From50,
    /// 50 to 54.
    #[serde(rename = "from50to54")]
    From50To54,
    /// 55 to 59.
    #[serde(rename = "from55to59")]
    From55To59,
    /// 60 to 64.
    #[serde(rename = "from60to64")]
    From60To64,
    /// 65 to 69.
    #[serde(rename = "from65to69")]
    From65To69,
    /// 70 and over.
    #[serde(rename = "from70")]
    From70,
    /// Unknown to LINE.
    #[serde(rename = "unknown")]
    Unknown,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
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

/// An operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AppType {
    /// iOS.
    Ios,
    /// Android.
    Android,
    /// Any other operating system.
    Others,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
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

/// The time since a user became a friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SubscriptionPeriod {
    /// Less than 7 days.
    Within7Days,
    /// Less than 30 days.
    Within30Days,
    /// Less than 90 days.
    Within90Days,
    /// Less than 180 days.
    Within180Days,
    /// Less than 365 days.
    Within365Days,
    /// 365 days or more.
    Over365Days,
    /// Unknown to LINE.
    Unknown,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
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
