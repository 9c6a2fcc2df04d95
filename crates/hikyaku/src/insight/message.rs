use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Date, Error, route::Route};

pub(super) static EVENT: Route =
    Route::get("getMessageEvent", "/v2/bot/insight/message/event").query(&["requestId"]);
pub(super) static UNIT: Route =
    Route::get("getStatisticsPerUnit", "/v2/bot/insight/message/event/aggregation").query(&[
        "customAggregationUnit",
        "from",
        "to",
    ]);

/// The user interactions with messages. For privacy, counts below 20 users are omitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Statistics {
    /// All messages together.
    pub overview: StatisticsOverview,
    /// Each message.
    pub messages: Vec<MessageStatistics>,
    /// Each link in them.
    pub clicks: Vec<ClickStatistics>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The user interactions with all messages of a request or unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatisticsOverview {
    /// The request id, if the statistics are those of one request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The time of sending, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// Messages delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<u64>,
    /// Users who saw at least one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_impression: Option<u64>,
    /// Users who opened at least one link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_click: Option<u64>,
    /// Users who played at least one video or audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played: Option<u64>,
    /// Users who played at least one to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played100_percent: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The user interactions with one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageStatistics {
    /// The position of the message in the request, from 1.
    pub seq: u32,
    /// The impressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impression: Option<u64>,
    /// The number of times its video or audio was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_played: Option<u64>,
    /// The number of times a quarter of it was played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_played25_percent: Option<u64>,
    /// The number of times half of it was played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_played50_percent: Option<u64>,
    /// The number of times three quarters of it were played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_played75_percent: Option<u64>,
    /// The number of times it was played to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_played100_percent: Option<u64>,
    /// Users who saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_impression: Option<u64>,
    /// Users who played its video or audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played: Option<u64>,
    /// Users who played a quarter of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played25_percent: Option<u64>,
    /// Users who played half of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played50_percent: Option<u64>,
    /// Users who played three quarters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played75_percent: Option<u64>,
    /// Users who played it to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_media_played100_percent: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The clicks on one link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClickStatistics {
    /// The position of the message that contains it, from 1.
    pub seq: u64,
    /// The link.
    pub url: String,
    /// The clicks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<u64>,
    /// Users who opened the link in this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_click: Option<u64>,
    /// Users who opened the link in any message of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_click_of_request: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the user interactions with a broadcast or narrowcast, by its request id. LINE counts for 14 days.
    ///
    /// # Limits
    /// 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-message-event>
    pub async fn message_statistics(&self, request_id: &str) -> Result<Answer<Statistics>, Error> {
        self.request(&EVENT, &[])?.query("requestId", request_id).read().await
    }

    /// Returns the user interactions with the pushes and multicasts sent under an aggregation unit, between two days of
    /// UTC+9, both included.
    ///
    /// # Limits
    /// At most 31 days; 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-statistics-per-unit>
    pub async fn statistics_per_unit(
        &self,
        unit: &str,
        from: Date,
        to: Date,
    ) -> Result<Answer<Statistics>, Error> {
        self.request(&UNIT, &[])?
            .query("customAggregationUnit", unit)
            .query("from", &from.digits())
            .query("to", &to.digits())
            .read()
            .await
    }
}
