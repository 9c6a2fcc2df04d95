//! Answers of the LINE door: LINE's own as they came, and ours in the same form.

use bytes::Bytes;
use hikyaku::RetryKey;
use hikyaku_model::limits::Refusal;
use hikyaku_sender::LineAnswer;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::Answer;

/// Who speaks.
const ANSWER: HeaderName = HeaderName::from_static("x-hikyaku-answer");
/// What an error of ours is, for programs.
const ERROR: HeaderName = HeaderName::from_static("x-hikyaku-error");
/// The id by which a delivery can be asked for.
const DELIVERY: HeaderName = HeaderName::from_static("x-hikyaku-delivery");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-line-request-id");
const ACCEPTED_REQUEST_ID: HeaderName = HeaderName::from_static("x-line-accepted-request-id");

/// What there is, or the answer that says why there is none.
pub(super) type OrAnswer<T> = Result<T, Box<Answer>>;

/// Who speaks in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// LINE, now.
    Line,
    /// LINE, earlier.
    Stored,
    /// The gateway.
    Gateway,
}

/// LINE's words for a token that it does not know.
const INVALID_TOKEN: &str = "Authentication failed due to the following reason: invalid token. \
    Confirm that the access token in the authorization header is valid.";

/// LINE's words where a channel may not do something.
const NOT_AVAILABLE: &str = "Access to this API is not available for your account";

/// LINE's words for a month that is used up.
pub(super) const MONTHLY_LIMIT: &str = "You have reached your monthly limit.";

/// The words of the simulator for a key that was accepted before. LINE documents the status only.
const ALREADY_ACCEPTED: &str = "The retry key is already accepted";

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<[Detail<'a>; 1]>,
}

#[derive(Serialize)]
struct Detail<'a> {
    message: &'a str,
}

pub(super) fn json(status: StatusCode, body: Vec<u8>, voice: Voice) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ANSWER, HeaderValue::from_static(voice.name()));
    // A stand-in, where nothing better is known: programs read it without asking whether it is there.
    set(&mut answer, REQUEST_ID, &RetryKey::new().to_string());
    answer
}

/// Something that the gateway says in LINE's form. `details` are for people.
pub(super) fn own(
    status: StatusCode,
    message: &str,
    error: Option<&'static str>,
    details: Option<&str>,
) -> Answer {
    let body = Body { message, details: details.map(|message| [Detail { message }]) };
    // Texts, which JSON has.
    let mut answer = json(status, serde_json::to_vec(&body).unwrap_or_default(), Voice::Gateway);
    if let Some(error) = error {
        answer.headers_mut().insert(ERROR, HeaderValue::from_static(error));
    }
    answer
}

pub(super) fn plain(status: StatusCode, message: &str) -> Answer {
    own(status, message, None, None)
}

pub(super) fn not_found() -> Answer {
    plain(StatusCode::NOT_FOUND, "Not found")
}

pub(super) fn unauthorized() -> Answer {
    own(StatusCode::UNAUTHORIZED, INVALID_TOKEN, Some("unknown-key"), None)
}

pub(super) fn forbidden(why: &str) -> Answer {
    own(StatusCode::FORBIDDEN, NOT_AVAILABLE, Some("forbidden"), Some(why))
}

/// Broken rules, in LINE's words.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let body = serde_json::to_vec(refusal).unwrap_or_default();
    json(StatusCode::BAD_REQUEST, body, Voice::Gateway)
}

/// What LINE answered, as it came.
pub(super) fn as_it_came(answer: &LineAnswer, voice: Voice) -> Answer {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let body = if answer.body.is_empty() { "{}" } else { answer.body.as_str() };
    let mut told = json(status, body.as_bytes().to_vec(), voice);
    name(&mut told, answer.request_id.as_deref());
    if let Some(id) = &answer.accepted_request_id {
        set(&mut told, ACCEPTED_REQUEST_ID, id);
    }
    told
}

/// The success that LINE's answer means to a caller who knows nothing of earlier attempts.
pub(super) fn success(answer: &LineAnswer, usual: StatusCode, voice: Voice) -> Answer {
    if answer.status != StatusCode::CONFLICT.as_u16() {
        return as_it_came(answer, voice);
    }
    let body = match sent_messages(&answer.body) {
        Some(sent) => format!(r#"{{"sentMessages":{sent}}}"#),
        None => "{}".to_owned(),
    };
    let mut told = json(usual, body.into_bytes(), voice);
    name(&mut told, answer.accepted_request_id.as_deref());
    told
}

/// The answer to a repeat under a retry key that was accepted before.
pub(super) fn already_accepted(answer: &LineAnswer) -> Answer {
    let body = match sent_messages(&answer.body) {
        Some(sent) => format!(r#"{{"message":"{ALREADY_ACCEPTED}","sentMessages":{sent}}}"#),
        None => format!(r#"{{"message":"{ALREADY_ACCEPTED}"}}"#),
    };
    let mut told = json(StatusCode::CONFLICT, body.into_bytes(), Voice::Stored);
    let accepted = answer.accepted_request_id.as_ref().or(answer.request_id.as_ref());
    if let Some(id) = accepted {
        set(&mut told, ACCEPTED_REQUEST_ID, id);
    }
    told
}

/// Gives an answer the id of a request to LINE.
pub(super) fn name(answer: &mut Answer, request_id: Option<&str>) {
    if let Some(id) = request_id {
        set(answer, REQUEST_ID, id);
    }
}

/// Gives an answer the id of a delivery.
pub(super) fn about(answer: &mut Answer, delivery: &str) {
    set(answer, DELIVERY, delivery);
}

pub(super) fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The messages of a push's answer, as they came.
fn sent_messages(body: &str) -> Option<&RawValue> {
    #[derive(serde::Deserialize)]
    struct Sent<'a> {
        #[serde(borrow, rename = "sentMessages")]
        sent_messages: &'a RawValue,
    }
    serde_json::from_str::<Sent<'_>>(body).ok().map(|sent| sent.sent_messages)
}

impl Voice {
    const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Stored => "stored",
            Self::Gateway => "gateway",
        }
    }
}
