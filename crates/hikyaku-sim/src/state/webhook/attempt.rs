use std::time::Duration;

use hikyaku_model::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::log::{as_milliseconds, milliseconds};

/// How a try to deliver a webhook ended. The words are those of LINE's error statistics, and `ok`.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookReason {
    /// The bot answered with a status from 200 to 299.
    Ok,
    /// There was nobody to talk to.
    CouldNotConnect,
    /// No answer came within two seconds. The bot may have received it all the same.
    RequestTimeout,
    /// The bot answered with another status.
    ErrorStatusCode,
    /// The connection broke off without an answer.
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

/// One try to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// The place among all tries of all webhooks, from 1, in the order in which they ended.
    pub seq: u64,
    /// When it ended, by the simulator's clock.
    pub at: Timestamp,
    /// How it ended.
    pub reason: WebhookReason,
    /// The status of the bot's answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// More about the reason: the status, or what went wrong.
    pub detail: String,
    /// Whether its events said that they are sent again.
    pub is_redelivery: bool,
    /// How long it took, by the machine's clock. In JSON `tookMs`, milliseconds.
    #[serde(
        rename = "tookMs",
        serialize_with = "as_milliseconds",
        deserialize_with = "milliseconds"
    )]
    pub took: Duration,
    /// What the bot answered, cut at 2 KiB; it comes a moment after the rest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// The fault that hit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// How far a webhook has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookState {
    /// It waits for its turn or for the bot's answer.
    Waiting,
    /// It failed, and will be sent again later.
    Scheduled,
    /// The bot answered with 2xx.
    Delivered,
    /// It failed, and will not be sent again.
    Failed,
}

/// One webhook with all tries to deliver it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The place among all webhooks, from 1.
    pub id: u64,
    /// The channel that it is for.
    pub channel_id: String,
    /// What happened, as in the first try.
    pub events: Vec<Event>,
    /// How far it has come.
    pub state: WebhookState,
    /// The tries so far, oldest first.
    pub attempts: Vec<WebhookAttempt>,
}

/// Tries that failed for one reason within 60 seconds, as LINE's console shows them.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookError {
    /// The channel whose bot it is.
    pub channel_id: String,
    /// Why they failed.
    pub reason: WebhookReason,
    /// More about the reason.
    pub detail: String,
    /// When the first of them failed.
    pub since: Timestamp,
    /// How many they are.
    pub count: u64,
}
