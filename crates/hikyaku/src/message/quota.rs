use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, route::Route};

pub(super) static QUOTA: Route = Route::get("getMessageQuota", "/v2/bot/message/quota");
pub(super) static CONSUMPTION: Route =
    Route::get("getMessageQuotaConsumption", "/v2/bot/message/quota/consumption");

/// The number of messages that the account may send this month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quota {
    /// Whether the number is limited.
    #[serde(rename = "type")]
    pub kind: QuotaKind,
    /// The limit in messages a month, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// Whether the number of messages a month is limited.
    QuotaKind {
        /// No limit is set.
        None = "none",
        /// [`Quota::value`] is the limit.
        Limited = "limited",
    }
}

/// The number of messages that the account has sent this month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuotaConsumption {
    /// The approximate number of messages sent, including those from LINE Official Account Manager.
    pub total_usage: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the monthly quota.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-quota>
    pub async fn quota(&self) -> Result<Answer<Quota>, Error> {
        self.request(&QUOTA, &[])?.read().await
    }

    /// Returns the number of messages sent this month.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-consumption>
    pub async fn quota_consumption(&self) -> Result<Answer<QuotaConsumption>, Error> {
        self.request(&CONSUMPTION, &[])?.read().await
    }
}
