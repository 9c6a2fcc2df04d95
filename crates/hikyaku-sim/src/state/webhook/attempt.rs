use std::time::Duration;

use hikyaku_model::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::log::{as_milliseconds, milliseconds};

/// The result of an attempt to deliver a webhook. The values are those of LINE's error statistics, and `ok`.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookReason {
    /// The bot answered with a status from 200 to 299.
    Ok,
    /// No connection could be made.
    CouldNotConnect,
    /// No response arrived within two seconds. The bot may have received the webhook nevertheless.
    RequestTimeout,
    /// The bot answered with another status.
    ErrorStatusCode,
    /// The connection broke off without a response.
    Unclassified,
}

impl WebhookReason {
    /// The word that the test of a webhook endpoint has for it.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint>
    pub(crate) fn test_word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::CouldNotConnect => "COULD_NOT_CONNECT",
            Self::RequestTimeout => "REQUEST_TIMEOUT",
            Self::ErrorStatusCode => "ERROR_STATUS_CODE",
            Self::Unclassified => "UNCLASSIFIED",
        }
    }
}

/// What came of posting a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) reason: WebhookReason,
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    pub(crate) detail: String,
}

impl Verdict {
    pub(crate) fn of_status(status: u16) -> Self {
        let good = (200..300).contains(&status);
        let reason = if good { WebhookReason::Ok } else { WebhookReason::ErrorStatusCode };
        Self { reason, status: Some(status), detail: status.to_string() }
    }

    /// No answer.
    pub(crate) fn failed(reason: WebhookReason, detail: impl Into<String>) -> Self {
        Self { reason, status: None, detail: detail.into() }
    }
}

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// The position among all attempts of all webhooks, from 1, in the order in which they ended.
    pub seq: u64,
    /// The time at which it ended, by the simulator's clock.
    pub at: Timestamp,
    /// The result.
    pub reason: WebhookReason,
    /// The status of the bot's response, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Details of the result: the status or the error.
    pub detail: String,
    /// Whether its events were marked as redelivered.
    pub is_redelivery: bool,
    /// The duration, by the machine's clock. In JSON `tookMs`, milliseconds.
    #[serde(
        rename = "tookMs",
        serialize_with = "as_milliseconds",
        deserialize_with = "milliseconds"
    )]
    pub took: Duration,
    /// The bot's response, cut at 2 KiB; it is set a moment after the other fields.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// The fault that hit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The state of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookState {
    /// It waits for its turn or for the bot's response.
    Waiting,
    /// It failed, and will be redelivered later.
    Scheduled,
    /// The bot answered with 2xx.
    Delivered,
    /// It failed, and will not be redelivered.
    Failed,
}

/// A webhook with all attempts to deliver it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The position among all webhooks, from 1.
    pub id: u64,
    /// The channel to which it belongs.
    pub channel_id: String,
    /// The events, as in the first attempt.
    pub events: Vec<Event>,
    /// The state.
    pub state: WebhookState,
    /// The attempts so far, oldest first.
    pub attempts: Vec<WebhookAttempt>,
}

/// Attempts that failed for one reason within 60 seconds, as LINE's console shows them.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookError {
    /// The channel of the bot.
    pub channel_id: String,
    /// The reason of the failures.
    pub reason: WebhookReason,
    /// Details of the reason.
    pub detail: String,
    /// The time of the first failure.
    pub since: Timestamp,
    /// The number of failures.
    pub count: u64,
}
