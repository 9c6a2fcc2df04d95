use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::{Answer, Endpoint, Request};
use crate::state::channel::{Accepted, SentMessage};

/// The retry key of a request that may have one. The words of both errors are ours: LINE documents the statuses only.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
pub(super) fn read(endpoint: &Endpoint, request: &Request) -> Result<Option<Uuid>, Answer> {
    let Some(value) = request.optional_header("x-line-retry-key") else {
        return Ok(None);
    };
    if !endpoint.takes_retry_key {
        let message = "The retry key is not supported by this API";
        return Err(Answer::error(StatusCode::BAD_REQUEST, message));
    }
    // Uuid also reads forms without hyphens, which have other lengths.
    let key = value.to_str().ok().filter(|text| text.len() == 36);
    match key.and_then(|text| text.parse().ok()) {
        Some(key) => Ok(Some(key)),
        None => Err(Answer::error(StatusCode::BAD_REQUEST, "The retry key is invalid")),
    }
}

/// The answer to a request whose key was accepted before.
pub(super) fn repeat(accepted: &Accepted) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Repeat<'a> {
        message: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sent_messages: Option<&'a [SentMessage]>,
    }
    let repeat = Repeat {
        message: "The retry key is already accepted",
        sent_messages: accepted.sent_messages.as_deref(),
    };
    let mut answer = Answer::json(StatusCode::CONFLICT, &repeat);
    answer.accepted_request_id = Some(accepted.request_id);
    answer
}
