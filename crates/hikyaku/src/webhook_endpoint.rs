use hikyaku_model::{Extra, limits::Length};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::check,
    request::names_what_is_missing,
    route::{Gives, Route},
};

pub(crate) static GET: Route = Route::get("getWebhookEndpoint", "/v2/bot/channel/webhook/endpoint");
pub(crate) static SET: Route = Route::put("setWebhookEndpoint", "/v2/bot/channel/webhook/endpoint");
pub(crate) static TEST: Route =
    Route::post("testWebhookEndpoint", "/v2/bot/channel/webhook/test").gives(Gives::Object);

/// The URL of a webhook.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url>
const ENDPOINT: Length = Length::utf16(500);

/// The URL to which LINE sends the channel's webhooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookEndpoint {
    /// The URL.
    pub endpoint: String,
    /// Whether webhooks are on.
    pub active: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The result of a test of a webhook URL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookTest {
    /// Whether the test succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// The time of the test: ISO 8601.
    pub timestamp: String,
    /// The HTTP status of the server's response, or 0.
    pub status_code: i32,
    /// The reason for a failure, or `OK`.
    pub reason: String,
    /// Details of the failure.
    pub detail: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
}

impl Client {
    /// Returns the URL to which LINE sends the channel's webhooks, or `None` if none was ever set.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information>
    pub async fn webhook_endpoint(&self) -> Result<Answer<Option<WebhookEndpoint>>, Error> {
        self.request(&GET, &[])?.read_or_none(names_what_is_missing).await
    }

    /// Sets the URL to which LINE sends the channel's webhooks: an `https` URL of at most 500 characters. LINE may take
    /// a minute to use it.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url>
    pub async fn set_webhook_endpoint(&self, url: &str) -> Result<Answer<()>, Error> {
        check_endpoint(url)?;
        self.request(&SET, &[])?.json(&Body { endpoint: Some(url) })?.send().await?.empty()
    }

    /// Asks LINE to send an empty webhook to this URL, or to the configured one.
    ///
    /// # Limits
    /// 60 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint>
    pub async fn test_webhook_endpoint(
        &self,
        url: Option<&str>,
    ) -> Result<Answer<WebhookTest>, Error> {
        if let Some(url) = url {
            check_endpoint(url)?;
        }
        self.request(&TEST, &[])?.json(&Body { endpoint: url })?.read().await
    }
}

fn check_endpoint(url: &str) -> Result<(), Error> {
    check(|checker| checker.length("endpoint", url, ENDPOINT))
}
