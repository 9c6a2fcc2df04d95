use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, route::Route};

pub(super) static QUOTA: Route = Route::get("getMessageQuota", "/v2/bot/message/quota");
pub(super) static CONSUMPTION: Route =
    Route::get("getMessageQuotaConsumption", "/v2/bot/message/quota/consumption");

/// How many messages the account may send this month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quota {
    /// Whether there is a limit.
    #[serde(rename = "type")]
    pub kind: QuotaKind,
    /// The limit in messages a month, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether the month's messages are limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QuotaKind {
    /// No limit is set.
    None,
    /// [`Quota::value`] is the limit.
    Limited,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// How many messages the account has sent this month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuotaConsumption {
    /// Messages sent, about; those sent from LINE's own manager count too.
    pub total_usage: u64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// The month's limit.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-quota>
    pub async fn quota(&self) -> Result<Answer<Quota>, Error> {
        self.request(&QUOTA, &[])?.read().await
    }

    /// The month's use so far.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-consumption>
    pub async fn quota_consumption(&self) -> Result<Answer<QuotaConsumption>, Error> {
        self.request(&CONSUMPTION, &[])?.read().await
    }
}
