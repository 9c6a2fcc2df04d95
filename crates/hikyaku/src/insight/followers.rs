use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Date, Error, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getNumberOfFollowers", "/v2/bot/insight/followers").query(&["date"]);

/// The number of friends on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FollowerCount {
    /// Whether the counts are available.
    pub status: InsightStatus,
    /// Users who ever added the account, including those who have blocked it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Users who can be targeted, since LINE can estimate their gender, age or area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targeted_reaches: Option<u64>,
    /// Users who block the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// Whether a day's counts are available.
    InsightStatus {
        /// The counts are available.
        Ready = "ready",
        /// The counts are not available yet.
        Unready = "unready",
        /// LINE did not count on that day.
        OutOfService = "out_of_service",
    }
}

impl Client {
    /// Returns the number of friends on a day of UTC+9.
    ///
    /// # Limits
    /// 60 calls an hour; from 2016-11-01 on.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-number-of-followers>
    pub async fn number_of_followers(&self, date: Date) -> Result<Answer<FollowerCount>, Error> {
        self.request(&ROUTE, &[])?.query("date", &date.digits()).read().await
    }
}
