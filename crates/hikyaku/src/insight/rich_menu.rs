use hikyaku_model::{Extra, rich_menu::RichMenuBounds};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Date, Error, request::Request, route::Route};

pub(super) static SUMMARY: Route =
    Route::get("getRichMenuInsightSummary", "/v2/bot/insight/richmenu/{richMenuId}/summary")
        .query(&["from", "to"]);
pub(super) static DAILY: Route =
    Route::get("getRichMenuInsightDaily", "/v2/bot/insight/richmenu/{richMenuId}/daily")
        .query(&["from", "to"]);

/// How often a rich menu was shown and tapped between two days. With fewer than 20 users there is only its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuSummary {
    /// The menu.
    pub rich_menu_id: String,
    /// The first day that was counted: `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_from: Option<String>,
    /// The last day that was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_to: Option<String>,
    /// How often it was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impression: Option<SummaryImpression>,
    /// How often each area was tapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicks: Option<Vec<SummaryClick>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often a rich menu was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SummaryImpression {
    /// The counts.
    pub metrics: SummaryMetrics,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often an area was tapped.
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

/// How often, and by how many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SummaryMetrics {
    /// How often.
    pub count: u64,
    /// By how many users.
    pub unique_users: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often a rich menu was shown and tapped, day by day. With fewer than 20 users there is only its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuDaily {
    /// The menu.
    pub rich_menu_id: String,
    /// The first day that was counted: `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_from: Option<String>,
    /// The last day that was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_to: Option<String>,
    /// How often it was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impression: Option<DailyImpression>,
    /// How often each area was tapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicks: Option<Vec<DailyClick>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often a rich menu was shown, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DailyImpression {
    /// The counts of each day.
    pub metrics: Vec<DailyMetrics>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often an area was tapped, day by day.
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

/// How often on one day, and by how many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DailyMetrics {
    /// The day: `yyyyMMdd`.
    pub date: String,
    /// How often.
    pub count: u64,
    /// By how many users.
    pub unique_users: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// How often a rich menu was shown and tapped between two days of UTC+9, both included.
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

    /// How often a rich menu was shown and tapped, day by day, between two days of UTC+9, both included.
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
