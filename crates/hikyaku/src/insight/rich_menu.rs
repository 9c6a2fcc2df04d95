use hikyaku_model::{Extra, rich_menu::RichMenuBounds};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Date, Error, request::Request, route::Route};

pub(super) static SUMMARY: Route =
    Route::get("getRichMenuInsightSummary", "/v2/bot/insight/richmenu/{richMenuId}/summary")
        .query(&["from", "to"]);
pub(super) static DAILY: Route =
    Route::get("getRichMenuInsightDaily", "/v2/bot/insight/richmenu/{richMenuId}/daily")
        .query(&["from", "to"]);

/// The impressions and taps of a rich menu between two days. With fewer than 20 users only its id is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuSummary {
    /// The rich menu id.
    pub rich_menu_id: String,
    /// The first day included: `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_from: Option<String>,
    /// The last day included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_to: Option<String>,
    /// The impressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impression: Option<SummaryImpression>,
    /// The taps on each area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicks: Option<Vec<SummaryClick>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The impressions of a rich menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SummaryImpression {
    /// The counts.
    pub metrics: SummaryMetrics,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The taps on an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SummaryClick {
    /// The area.
    pub bounds: RichMenuBounds,
    /// The counts.
    pub metrics: SummaryMetrics,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The number of times and of users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SummaryMetrics {
    /// The number of times.
    pub count: u64,
    /// The number of users.
    pub unique_users: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The impressions and taps of a rich menu, day by day. With fewer than 20 users only its id is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuDaily {
    /// The rich menu id.
    pub rich_menu_id: String,
    /// The first day included: `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_from: Option<String>,
    /// The last day included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_to: Option<String>,
    /// The impressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impression: Option<DailyImpression>,
    /// The taps on each area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicks: Option<Vec<DailyClick>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The impressions of a rich menu, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DailyImpression {
    /// The counts of each day.
    pub metrics: Vec<DailyMetrics>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The taps on an area, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DailyClick {
    /// The area.
    pub bounds: RichMenuBounds,
    /// The counts of each day.
    pub metrics: Vec<DailyMetrics>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The number of times and of users on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DailyMetrics {
    /// The day: `yyyyMMdd`.
    pub date: String,
    /// The number of times.
    pub count: u64,
    /// The number of users.
    pub unique_users: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the impressions and taps of a rich menu between two days of UTC+9, both included.
    ///
    /// # Limits
    /// At most 396 days, from three years ago on; 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-insight-summary>
    pub async fn rich_menu_summary(
        &self,
        rich_menu_id: &str,
        from: Date,
        to: Date,
    ) -> Result<Answer<RichMenuSummary>, Error> {
        between(self.request(&SUMMARY, &[rich_menu_id])?, from, to).read().await
    }

    /// Returns the impressions and taps of a rich menu, day by day, between two days of UTC+9, both included.
    ///
    /// # Limits
    /// At most 99 days, from three years ago on; 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-insight-daily>
    pub async fn rich_menu_daily(
        &self,
        rich_menu_id: &str,
        from: Date,
        to: Date,
    ) -> Result<Answer<RichMenuDaily>, Error> {
        between(self.request(&DAILY, &[rich_menu_id])?, from, to).read().await
    }
}

fn between(request: Request<'_>, from: Date, to: Date) -> Request<'_> {
    request.query("from", &from.digits()).query("to", &to.digits())
}
