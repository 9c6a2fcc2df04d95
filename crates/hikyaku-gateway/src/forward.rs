//! Webhooks that go on to a bot: LINE calls one address, and that is the gateway's.

use std::time::Duration;

use bytes::Bytes;
use hikyaku::transport::{HyperTransport, RequestBody, Transport};
use http::{HeaderMap, Request, StatusCode, Uri, header};
use tokio::time::timeout;

use crate::Error;

/// How long a bot may take: LINE waits for two seconds.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/development-guidelines/#error-notification>
const TIME: Duration = Duration::from_millis(1500);

/// The headers that a bot gets as LINE wrote them.
const HEADERS: [header::HeaderName; 3] =
    [header::HeaderName::from_static("x-line-signature"), header::CONTENT_TYPE, header::USER_AGENT];

/// A bot that has a channel's webhooks.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    url: Uri,
    transport: HyperTransport,
}

impl Bot {
    pub(crate) fn new(url: &str, transport: HyperTransport) -> Result<Self, Error> {
        let wrong = || Error::new("must begin with https:// or http://");
        let url: Uri = url.parse().map_err(|_| wrong())?;
        let is_web = matches!(url.scheme_str(), Some("http" | "https"));
        if is_web && url.host().is_some() { Ok(Self { url, transport }) } else { Err(wrong()) }
    }

    /// Passes a webhook on, byte by byte, so that its signature holds. LINE is told what the bot says, and sends it again if
    /// that is no success.
    pub(crate) async fn forward(&self, headers: &HeaderMap, body: &Bytes) -> StatusCode {
        let mut request = Request::new(RequestBody::from(body.clone()));
        *request.method_mut() = http::Method::POST;
        request.uri_mut().clone_from(&self.url);
        for name in HEADERS {
            if let Some(value) = headers.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        match timeout(TIME, self.transport.send(request)).await {
            Ok(Ok(answer)) => answer.status(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a bot could not be told of a webhook");
                StatusCode::BAD_GATEWAY
            }
            Err(_) => {
                tracing::warn!("a bot did not answer a webhook in time");
                StatusCode::GATEWAY_TIMEOUT
            }
        }
    }
}
