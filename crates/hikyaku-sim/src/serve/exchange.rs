use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request as HttpRequest, Response, StatusCode,
    header, request,
};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{
    STOP_TIME, events, stopped,
    wire::{CutOff, WireBody},
};
use crate::{
    api::{self, Answer, Request},
    control,
    fault::{Effect, Strike, Suspect},
    page,
    platform::{self, Outcome},
    shared::Shared,
    state::log::Host,
};

/// How much of a body that is too large is still read, so that its sender gets to see the answer.
const MOST_DISCARDED: usize = 80 << 20;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);

/// Answers one request.
pub(super) async fn exchange(
    shared: &Arc<Shared>,
    host: Host,
    request: HttpRequest<Incoming>,
    stopping: watch::Receiver<bool>,
    reset: &AtomicBool,
) -> Result<Response<WireBody>, CutOff> {
    let (arrived_at, began) = (shared.world().clock.now(), Instant::now());
    let (head, body) = request.into_parts();
    let is_page = host == Host::Api && page::is_served(&head);
    let is_control = host == Host::Api && head.uri.path().starts_with(control::PREFIX);
    // Nothing that a page of somebody else's sends is even read.
    if (is_page || is_control)
        && let Some(refusal) = control::refusal(shared, &head)
    {
        return Ok(refusal.map(WireBody::whole));
    }
    let most = control::most_bytes(&head);
    let most = most
        .unwrap_or_else(|| api::most_bytes(&shared.routes, host, &head.method, head.uri.path()));
    let body =
        timeout(BODY_TIME, read(body, most)).await.map_err(|_| CutOff)?.map_err(|_| CutOff)?;
    if is_page {
        return Ok(page::answer(shared, &head).map(WireBody::whole));
    }
    if is_control && head.uri.path() == control::EVENTS && head.method == Method::GET {
        return Ok(events::stream(shared.clone(), stopping));
    }
    if is_control {
        let answer = control::answer(shared, &head, body.as_deref()).await;
        return Ok(answer.map(WireBody::whole));
    }
    let strike = strike(shared, &head);
    let resets = strike.as_ref().is_some_and(|strike| strike.effect == Effect::Reset);
    let delayed = strike.as_ref().is_some_and(|strike| strike.delay.is_some());
    let call = Call { shared: shared.clone(), host, arrived_at, began, strike };
    let response = if delayed {
        // Its client may lose patience, which must not stop what it asked for.
        let answered = tokio::spawn(async move {
            tokio::select! {
                response = call.answer(head, body) => response,
                () = async { stopped(stopping).await; sleep(STOP_TIME).await } => None,
            }
        });
        answered.await.ok().flatten()
    } else {
        call.answer(head, body).await
    };
    response.ok_or_else(|| {
        reset.store(resets, Ordering::Relaxed);
        CutOff
    })
}

/// A request to LINE, with the fault that hits it.
struct Call {
    shared: Arc<Shared>,
    host: Host,
    arrived_at: Timestamp,
    began: Instant,
    strike: Option<Strike>,
}

impl Call {
    /// Executes a request and notes it in the log; gives the response, if there is to be one. The body is missing where it
    /// was too large.
    async fn answer(self, head: request::Parts, body: Option<Bytes>) -> Option<Response<WireBody>> {
        let Self { shared, host, arrived_at, began, strike } = self;
        let after_accept = strike.as_ref().is_some_and(|strike| strike.after_accept);
        let delay = strike.as_ref().and_then(|strike| strike.delay);
        if let Some(delay) = delay.filter(|_| !after_accept) {
            sleep(delay).await;
        }
        let fits = body.is_some();
        let request = whole(head, body.unwrap_or_default());
        let untouched = strike.as_ref().is_some_and(Strike::is_before);
        let mut answer = match (untouched, fits) {
            (true, _) => None,
            (false, true) => Some(platform::answer(&shared, host, &request)),
            (false, false) => Some(too_large()),
        };
        if let Some(delay) = delay.filter(|_| after_accept) {
            // Those who wait for what was accepted do not wait for the answer.
            shared.change(|_| {});
            sleep(delay).await;
        }
        if let Some(ping) = answer.as_mut().and_then(|answer| answer.ping.take()) {
            answer = Some(api::tell_ping(shared.poster.post(*ping).await, arrived_at));
        }
        let response = respond(strike.as_ref(), answer.as_ref(), request.id);
        let status = response.as_ref().map(|response| response.status().as_u16());
        let accepted_status = answer.as_ref().map(|answer| answer.status.as_u16());
        let hint = answer.and_then(|answer| answer.hint).map(String::from);
        let hint = hint.or_else(|| missed_fault(&request.headers, strike.as_ref()));
        let outcome = Outcome {
            arrived_at,
            took: began.elapsed(),
            status,
            accepted_status: accepted_status.filter(|_| accepted_status != status),
            answer: response.as_ref().map(|it| it.body().known()).unwrap_or_default(),
            fault: strike.as_ref().map(|strike| strike.id.clone()),
            hint,
        };
        platform::log(&shared, host, request, outcome);
        response
    }
}

/// Reads a body whole; nothing where it has more bytes than these.
async fn read(body: Incoming, most: usize) -> Result<Option<Bytes>, hyper::Error> {
    let mut body = pin!(body);
    let mut whole: Option<BytesMut> = None;
    let mut first = None;
    let mut length = 0;
    while let Some(frame) = body.as_mut().frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length += data.len();
        if length > most.max(MOST_DISCARDED) {
            break;
        } else if length > most {
            (whole, first) = (None, None);
        } else if length == data.len() {
            // Most bodies come in one piece, which needs no copy.
            if body.is_end_stream() {
                return Ok(Some(data));
            }
            first = Some(data);
        } else {
            let whole = whole.get_or_insert_default();
            if let Some(first) = first.take() {
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&data);
        }
    }
    let whole = whole.map(BytesMut::freeze).or(first);
    Ok(if length > most { None } else { Some(whole.unwrap_or_default()) })
}

/// What a fault rule has for this request.
fn strike(shared: &Shared, head: &request::Parts) -> Option<Strike> {
    let world = &mut *shared.world();
    if world.faults.is_empty() {
        return None;
    }
    let text = |name: &str| head.headers.get(name)?.to_str().ok();
    let token = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let channel = token.and_then(|token| world.channel_id_of_token(token));
    let suspect = Suspect {
        method: head.method.as_str(),
        path: head.uri.path(),
        channel: channel.as_deref(),
        asks_for: text("x-sim-fault"),
    };
    world.faults.strike(suspect, &mut world.random)
}

/// What a request that asked for a fault by name and got none is told in the log.
fn missed_fault(headers: &HeaderMap, strike: Option<&Strike>) -> Option<String> {
    let name = headers.get("x-sim-fault")?.to_str().ok()?;
    strike.is_none().then(|| format!("no fault rule named `{name}` hit this request"))
}

fn whole(head: request::Parts, body: Bytes) -> Request {
    Request {
        id: Uuid::new_v4(),
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: head.headers,
        body,
    }
}

/// The answer to a body of more than 2 MB. LINE documents the status; the words are ours.
fn too_large() -> Answer {
    Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "The request body is larger than 2 MB")
}

/// The HTTP of an answer, as faults leave it; nothing where they leave none.
fn respond(
    strike: Option<&Strike>,
    answer: Option<&Answer>,
    id: Uuid,
) -> Option<Response<WireBody>> {
    let effect = strike.map_or(&Effect::Pass, |strike| &strike.effect);
    match effect {
        Effect::Drop | Effect::Reset => None,
        Effect::Answer { status, headers, body } => {
            let status = StatusCode::from_u16(*status).ok()?;
            let mut response = Response::new(WireBody::whole(match body {
                Some(Value::String(text)) => text.clone().into(),
                Some(json) => json.to_string().into(),
                None => usual_body(status),
            }));
            *response.status_mut() = status;
            *response.headers_mut() = platform_headers(id);
            if matches!(body, Some(Value::String(_))) {
                let html = HeaderValue::from_static("text/html");
                response.headers_mut().insert(header::CONTENT_TYPE, html);
            }
            for (name, value) in headers {
                // Both were checked when the rule was added.
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value.try_into()) {
                    response.headers_mut().insert(name, value);
                }
            }
            Some(response)
        }
        Effect::Truncate => Some(http(answer?, id, |body| WireBody::half(&body))),
        // The others are of webhooks.
        _ => Some(http(answer?, id, WireBody::whole)),
    }
}

fn http(answer: &Answer, id: Uuid, body: impl FnOnce(Bytes) -> WireBody) -> Response<WireBody> {
    let mut response = Response::new(body(answer.body.clone()));
    *response.status_mut() = answer.status;
    *response.headers_mut() = platform_headers(id);
    // A test may give a malformed media type.
    if let Some(content_type) = answer.content_type.as_ref().and_then(|text| text.parse().ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    for (name, value) in answer.headers.iter().flat_map(|headers| headers.iter()) {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    if !answer.is_lines {
        response.headers_mut().remove("x-line-request-id");
    }
    if let Some(accepted) = answer.accepted_request_id {
        response.headers_mut().insert("x-line-accepted-request-id", uuid_value(accepted));
    }
    response
}

/// A body for a status that a fault brings. LINE does not document those of 5xx; these words are ours.
fn usual_body(status: StatusCode) -> Bytes {
    let answer = match status {
        StatusCode::TOO_MANY_REQUESTS => Answer::rate_limited(),
        _ if status.is_success() => Answer::empty(status),
        _ => Answer::error(status, status.canonical_reason().unwrap_or("Error")),
    };
    answer.body
}

/// The headers of every answer: the documented request id, and what has been seen on LINE's answers.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#response-headers>
fn platform_headers(id: Uuid) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert("x-line-request-id", uuid_value(id));
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_XSS_PROTECTION, "1; mode=block"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "max-age=0, no-cache, no-store"),
        (header::PRAGMA, "no-cache"),
        (header::SERVER, "hikyaku-sim"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    if let Some(now) = now.ok().and_then(|now| now.try_into().ok()) {
        headers.insert(header::EXPIRES, now);
    }
    headers
}

fn uuid_value(id: Uuid) -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text = id.hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).expect("a UUID is hexadecimal digits and hyphens")
}
