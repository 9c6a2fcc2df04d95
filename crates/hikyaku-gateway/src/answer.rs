//! Answers: their bodies, and those in LINE Notify's own form.

use bytes::Bytes;
use hikyaku_page::html::Html;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use serde::Serialize;

use crate::{
    AccessToken,
    stream::Stream,
    window::{CALLS, Left, UPLOADS},
};

pub(crate) type Answer = Response<Full<Bytes>>;

/// An answer that is there, or one that is passed on as it comes.
pub(crate) type Reply = Response<Either<Full<Bytes>, Stream>>;

/// An answer that is there.
pub(crate) fn whole_answer(answer: Answer) -> Reply {
    answer.map(Either::Left)
}

/// LINE Notify's text for a token that is unknown, revoked or missing.
pub(crate) const INVALID_TOKEN: &str = "Invalid access token";

#[derive(Serialize)]
struct Body<'a> {
    status: u16,
    message: &'a str,
}

#[derive(Serialize)]
struct IssuedBody<'a> {
    status: u16,
    message: &'a str,
    access_token: &'a str,
}

/// The state of a token.
#[derive(Serialize)]
pub(crate) struct StatusBody<'a> {
    pub(crate) status: u16,
    pub(crate) message: &'a str,
    #[serde(rename = "targetType")]
    pub(crate) target_type: &'a str,
    pub(crate) target: Option<&'a str>,
}

/// `{"status":…,"message":"…"}`: the order of the keys counts, and there are no spaces. A client compares the whole text.
pub(crate) fn told(status: StatusCode, message: &str) -> Answer {
    json(status, &Body { status: status.as_u16(), message })
}

pub(crate) fn ok() -> Answer {
    told(StatusCode::OK, "ok")
}

/// A token that a service gets for its code, as LINE Notify told it.
pub(crate) fn issued(token: &AccessToken) -> Answer {
    let access_token = token.expose();
    let body = IssuedBody { status: 200, message: "access_token is issued", access_token };
    json(StatusCode::OK, &body)
}

pub(crate) fn html(status: StatusCode, page: Html) -> Answer {
    bytes(status, "text/html; charset=utf-8", String::from(page).into_bytes())
}

/// A page. No other site may put it into a frame, and none learns its address.
pub(crate) fn page_answer(status: StatusCode, page: Html) -> Answer {
    let mut answer = html(status, page);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    // Texts and numbers, which JSON has.
    bytes(status, "application/json", serde_json::to_vec(body).unwrap_or_default())
}

/// Sends a browser on, by GET.
pub(crate) fn see_other(url: &str) -> Answer {
    let mut answer = text(StatusCode::SEE_OTHER, "");
    answer.headers_mut().remove(header::CONTENT_TYPE);
    if let Ok(url) = HeaderValue::try_from(url) {
        answer.headers_mut().insert(header::LOCATION, url);
    }
    answer
}

pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Answer {
    bytes(status, "text/plain; charset=utf-8", body.into().into_bytes())
}

pub(crate) fn bytes(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// Tells a token's window.
pub(crate) fn set_rate_limits(answer: &mut Answer, left: Left) {
    let pairs = [
        ("x-ratelimit-limit", i64::from(CALLS)),
        ("x-ratelimit-imagelimit", i64::from(UPLOADS)),
        ("x-ratelimit-remaining", i64::from(left.calls)),
        ("x-ratelimit-imageremaining", i64::from(left.uploads)),
        ("x-ratelimit-reset", left.reset),
    ];
    for (name, value) in pairs {
        answer.headers_mut().insert(HeaderName::from_static(name), value.into());
    }
}

/// Tells how many recipients a token may reach in this month, and how many more.
pub(crate) fn set_budget(answer: &mut Answer, budget: u64, used: u64) {
    for (name, value) in [
        ("x-gateway-budget-limit", budget),
        ("x-gateway-budget-remaining", budget.saturating_sub(used)),
    ] {
        answer.headers_mut().insert(HeaderName::from_static(name), value.into());
    }
}
