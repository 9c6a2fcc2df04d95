//! Signs webhooks and posts them.

use std::{error::Error, io, time::Duration};

use bytes::Bytes;
use hikyaku_model::{ChannelSecret, Event, UserId};
use hikyaku_webhook::sign;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::ClientConfig;
use serde::Serialize;
use tokio::time::timeout;

use crate::state::webhook::{Verdict, WebhookReason, deliverable};

/// How long a bot may take to answer.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
pub(crate) const ANSWER_TIME: Duration = Duration::from_secs(2);

/// How much of an answer's body is read, so that its connection can be used again.
const MOST_READ: usize = 64 << 10;

/// How much of it is kept, for people to look at.
const MOST_KEPT: usize = 2 << 10;

/// A signed webhook on its way to a URL.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) url: String,
    pub(crate) signature: String,
    pub(crate) body: Bytes,
}

impl Post {
    /// The webhook of these events of a bot's account. Without any it is the one that tests a URL.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint>
    pub(crate) fn new(bot: &UserId, secret: &ChannelSecret, url: &str, events: &[Event]) -> Self {
        #[derive(Serialize)]
        struct Body<'a> {
            destination: &'a UserId,
            events: &'a [Event],
        }
        let body = Body { destination: bot, events };
        let body = serde_json::to_vec(&body).expect("events have string keys and no failing parts");
        Self { url: url.to_owned(), signature: sign(secret, &body), body: body.into() }
    }
}

impl Post {
    /// Signs it with a secret that is not the channel's.
    pub(crate) fn forge(&mut self) {
        let other = ChannelSecret::new("not-the-secret-of-the-channel");
        let other = other.expect("made of letters and hyphens");
        self.signature = sign(&other, &self.body);
    }
}

/// What posts webhooks. It follows no redirects.
#[derive(Debug)]
pub(crate) struct Poster {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    remote_allowed: bool,
}

impl Poster {
    pub(crate) fn new(remote_allowed: bool, trust: ClientConfig) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trust)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), remote_allowed }
    }

    /// Posts a webhook and waits for the status of the answer.
    pub(crate) async fn post(&self, post: Post) -> Verdict {
        let (verdict, answer) = self.send(post).await;
        if let Some(answer) = answer {
            tokio::spawn(read_start(answer));
        }
        verdict
    }

    /// As [`Self::post`], and gives the answer, to be read by [`read_start`].
    pub(crate) async fn send(&self, post: Post) -> (Verdict, Option<Response<Incoming>>) {
        let url = match deliverable(&post.url, self.remote_allowed) {
            Ok(url) => url,
            Err(invalid) => {
                let why = invalid.to_string();
                return (Verdict::failed(WebhookReason::CouldNotConnect, why), None);
            }
        };
        let request = Request::post(url)
            .header("x-line-signature", post.signature)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::USER_AGENT, "LineBotWebhook/2.0")
            .body(Full::new(post.body))
            .expect("the URL was parsed, and the headers are plain text");
        let verdict = match timeout(ANSWER_TIME, self.client.request(request)).await {
            Ok(Ok(response)) => {
                return (Verdict::of_status(response.status().as_u16()), Some(response));
            }
            Ok(Err(error)) if error.is_connect() => {
                let why = match tls_error(&error) {
                    Some(why) => format!("TLS handshake failure: {} ({why})", post.url),
                    None => "Connection failed".to_owned(),
                };
                Verdict::failed(WebhookReason::CouldNotConnect, why)
            }
            Ok(Err(_)) => {
                Verdict::failed(WebhookReason::Unclassified, "Session closed unexpectedly")
            }
            Err(_) => Verdict::failed(WebhookReason::RequestTimeout, "Request timeout"),
        };
        (verdict, None)
    }
}

/// Why two could not agree on TLS, if that is what an error is about.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error is not the source of itself.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Reads a body to its end, if that is near, and gives its start. A connection whose body is not at its end is closed.
pub(crate) async fn read_start(response: Response<Incoming>) -> String {
    let body = Limited::new(response.into_body(), MOST_READ).collect();
    let Ok(Ok(body)) = timeout(ANSWER_TIME, body).await else { return String::new() };
    let body = body.to_bytes();
    let start = body.get(..MOST_KEPT).unwrap_or(&body);
    String::from_utf8_lossy(start).into_owned()
}
