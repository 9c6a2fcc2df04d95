use std::sync::Arc;

use bytes::Bytes;
use hikyaku_model::limits::{Refusal, RefusalDetail};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{poster::Post, state::channel::SentMessage};

/// An answer of the platform, before it becomes HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// JSON, unless it has another content type.
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<Box<str>>,
    /// Headers that only some answers have.
    pub(crate) headers: Option<Box<HeaderMap>>,
    /// The request that a retry key was accepted with.
    pub(crate) accepted_request_id: Option<Uuid>,
    /// What a push sent, to be repeated under its retry key.
    pub(crate) sent_messages: Option<Arc<[SentMessage]>>,
    /// A webhook to post first, whose fate the answer then tells.
    pub(crate) ping: Option<Box<Post>>,
    /// Whether it stands for an answer of LINE's, and so has a request id.
    pub(crate) is_lines: bool,
    /// What the caller may have meant; for the log.
    pub(crate) hint: Option<Box<str>>,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body =
            serde_json::to_vec(value).expect("answers have string keys and no failing parts");
        Self::new(status, body.into())
    }

    /// 200 with a value.
    pub(crate) fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// A status with an empty object.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Bytes::from_static(b"{}"))
    }

    /// A status without a body.
    pub(crate) fn nothing(status: StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }

    /// 200 with bytes that are no JSON.
    pub(crate) fn bytes(body: Bytes, content_type: &str) -> Self {
        let mut answer = Self::new(StatusCode::OK, body);
        answer.content_type = Some(content_type.into());
        answer
    }

    /// An error in the words of LINE.
    pub(crate) fn error(status: StatusCode, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    /// An error with an empty list of details, as LINE's reference prints those of rich menus.
    pub(crate) fn without_details(status: StatusCode, message: &str) -> Self {
        Self::json(status, &Error { message, details: &[] })
    }

    /// An error for one property, by its path from the body's root.
    pub(crate) fn detail(status: StatusCode, property: &str, message: &str) -> Self {
        let refusal: Refusal = [RefusalDetail::new(property, message)].into_iter().collect();
        Self::json(status, &refusal)
    }

    /// 400 with a code where others have words, as the calls about audiences have it.
    pub(crate) fn coded(message: &str, code: &str, property: Option<&str>) -> Self {
        let details = &[Code { message: code, property }];
        Self::json(StatusCode::BAD_REQUEST, &Error { message, details })
    }

    /// 400 with all rules that are broken.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        Self::json(StatusCode::BAD_REQUEST, refusal)
    }

    /// The error for a property of the body that is no id, or of another JSON type than it must be.
    pub(crate) fn property_invalid(property: &str) -> Self {
        let message = format!(
            "The property, '{property}', in the request body is invalid (line: -, column: -)"
        );
        Self::error(StatusCode::BAD_REQUEST, &message)
    }

    /// The error for a parameter of the path or query.
    pub(crate) fn parameter_invalid(name: &str) -> Self {
        let message = format!("The value for the '{name}' parameter is invalid");
        Self::error(StatusCode::BAD_REQUEST, &message)
    }

    pub(crate) fn not_found() -> Self {
        Self::error(StatusCode::NOT_FOUND, "Not found")
    }

    pub(crate) fn failed_to_send(status: StatusCode) -> Self {
        Self::error(status, "Failed to send messages")
    }

    pub(crate) fn rate_limited() -> Self {
        let message = "The API rate limit has been exceeded. Try again later.";
        Self::error(StatusCode::TOO_MANY_REQUESTS, message)
    }

    pub(crate) fn quota_exceeded() -> Self {
        Self::error(StatusCode::TOO_MANY_REQUESTS, "You have reached your monthly limit.")
    }

    /// Adds a header that only some answers have.
    pub(crate) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.get_or_insert_default().insert(name, value);
    }

    fn new(status: StatusCode, body: Bytes) -> Self {
        Self {
            status,
            body,
            accepted_request_id: None,
            sent_messages: None,
            ping: None,
            content_type: None,
            headers: None,
            is_lines: true,
            hint: None,
        }
    }
}

/// The body of an error, in the order that LINE writes it.
#[derive(Serialize)]
struct Error<'a> {
    message: &'a str,
    details: &'a [Code<'a>],
}

#[derive(Serialize)]
struct Code<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    property: Option<&'a str>,
}
