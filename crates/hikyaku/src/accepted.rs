use bytes::Bytes;
use hikyaku_model::Extra;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{
    Error, answer,
    exchange::Exchange,
    json::{from_json, is_object},
};

/// A send that LINE accepted.
///
/// Accepted does not mean delivered: LINE gives the same response for a user who blocked the bot or left.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// The id of the accepted request: of this one, or of the earlier one with the same retry key.
    pub request_id: Option<String>,
    /// The messages created by a reply or push, in order; empty for the other sends.
    pub sent_messages: Vec<SentMessage>,
    /// Whether LINE had already accepted a request with the same retry key, so that this one sent nothing new.
    pub deduplicated: bool,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// A message created by a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SentMessage {
    /// The message id.
    pub id: String,
    /// The token for quoting this message, for the kinds that can be quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Accepted {
    /// Returns the HTTP status: 200 or 202, or 409 if deduplicated.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the unchanged body of the response.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn read(exchange: Exchange) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            sent_messages: Option<Vec<SentMessage>>,
        }

        let Exchange { status, headers, body } = exchange;
        let deduplicated = status == StatusCode::CONFLICT;
        let sent_messages = match from_json::<Body>(&body) {
            Ok(read) if is_object(&body) => read.sent_messages.unwrap_or_default(),
            // A header reports that LINE accepted an earlier request, and an empty body counts as `{}`.
            _ if deduplicated || body.is_empty() => Vec::new(),
            Ok(_) => {
                let error = serde::de::Error::custom("expected an object");
                return Err(Error::decode(status, headers, error));
            }
            Err(error) => return Err(Error::decode(status, headers, error)),
        };
        let id = if deduplicated {
            answer::accepted_request_id(&headers)
        } else {
            answer::request_id(&headers)
        };
        let request_id = id.map(str::to_owned);
        Ok(Self { request_id, sent_messages, deduplicated, status, headers, body })
    }
}
