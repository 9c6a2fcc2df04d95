use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;

use crate::state::outbox::NearMiss;

/// What a call of the control API gives.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    body: Bytes,
}

impl Reply {
    pub(super) fn ok(value: &impl Serialize) -> Self {
        Self { status: StatusCode::OK, body: json(value) }
    }

    /// JSON that is written already.
    pub(super) fn json(text: String) -> Self {
        Self { status: StatusCode::OK, body: text.into() }
    }

    pub(super) fn created(value: &impl Serialize) -> Self {
        Self { status: StatusCode::CREATED, body: json(value) }
    }

    /// Done, and there is nothing to say.
    pub(super) fn none() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Bytes::new() }
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        response(self.status, self.body)
    }
}

/// Why a call of the control API was refused.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    /// For programs.
    code: &'static str,
    /// For people.
    message: String,
    /// Where in the body, as a JSON Pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// What came instead of what was waited for.
    #[serde(rename = "nearMisses", skip_serializing_if = "Vec::is_empty")]
    pub(super) near_misses: Vec<NearMiss>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), pointer: None, near_misses: Vec::new() }
    }

    /// A value of the body that cannot be used.
    pub(super) fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalid", message);
        problem.pointer = Some(pointer.into());
        problem
    }

    /// A parameter of the query that cannot be used.
    pub(super) fn parameter(name: &str, message: &str) -> Self {
        let message = format!("the query's `{name}` {message}");
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", message)
    }

    pub(super) fn unknown(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown", format!("there is no {what} `{id}`"))
    }

    pub(super) fn unknown_path(method: &Method, path: &str) -> Self {
        let message = format!(
            "the control API has no {method} {path}; GET /_sim/v1/openapi.json describes all calls"
        );
        Self::new(StatusCode::NOT_FOUND, "unknown_path", message)
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than 2 MB")
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        response(self.status, json(&self))
    }
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("replies have string keys and no failing parts").into()
}

fn response(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if status != StatusCode::NO_CONTENT {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    response
}
