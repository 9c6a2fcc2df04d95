use hikyaku_model::{Checker, limits::rates};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use super::{Action, Answer, Auth, Body, Endpoint, Request, body};
use crate::{
    poster::Post,
    state::{
        log::Host,
        webhook::{Verdict, WebhookReason, is_endpoint},
    },
};

/// Sets where the channel's webhooks go. LINE takes up to a minute for it, the simulator does not.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url>
pub(crate) const SET: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::PUT,
    path: "/v2/bot/channel/webhook/endpoint",
    rate: rates::WEBHOOK_ENDPOINT,
    takes_retry_key: false,
    auth: Auth::Channel,
    read: read_set,
};

/// Where the channel's webhooks go.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information>
pub(crate) const GET: Endpoint = Endpoint { method: Method::GET, read: read_get, ..SET };

/// Posts a webhook without events, and tells what came of it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint>
pub(crate) const TEST: Endpoint = Endpoint {
    method: Method::POST,
    path: "/v2/bot/channel/webhook/test",
    rate: rates::WEBHOOK_TEST,
    read: read_test,
    ..SET
};

fn read_set(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let endpoint = body.text("endpoint", &mut errors)?;
    body::finish(errors)?;
    Ok(Box::new(move |scene| {
        if !is_endpoint(&endpoint, scene.world.settings.webhook.remote_allowed) {
            return invalid();
        }
        scene.channel().webhook.url = Some(endpoint);
        Answer::empty(StatusCode::OK)
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_get(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let webhook = &scene.channel().webhook;
        match &webhook.url {
            Some(url) => Answer::ok(&json!({ "endpoint": url, "active": webhook.active })),
            None => none(),
        }
    }))
}

fn read_test(request: &Request) -> Result<Action, Answer> {
    let endpoint: Option<String> =
        if request.body.is_empty() { None } else { Body::read(request)?.optional("endpoint")? };
    Ok(Box::new(move |scene| {
        let remote_allowed = scene.world.settings.webhook.remote_allowed;
        let channel = scene.channel();
        let Some(url) = endpoint.or_else(|| channel.webhook.url.clone()) else { return none() };
        if !is_endpoint(&url, remote_allowed) {
            return invalid();
        }
        let mut answer = Answer::empty(StatusCode::OK);
        answer.ping = Some(Box::new(Post::new(&channel.bot, &channel.secret, &url, &[])));
        answer
    }))
}

/// The answer to a test. LINE says that a status is 0 or less if there was none; these words for what went wrong are
/// those of its error statistics.
pub(crate) fn tell_ping(verdict: Verdict, at: Timestamp) -> Answer {
    let Verdict { reason, status, detail } = verdict;
    Answer::ok(&json!({
        "success": reason == WebhookReason::Ok,
        "timestamp": format!("{at:.6}"),
        "statusCode": status.unwrap_or(0),
        "reason": reason.test_word(),
        "detail": detail,
    }))
}

fn invalid() -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, "Invalid webhook endpoint URL")
}

fn none() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "Webhook endpoint not found")
}
