use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{
    Error, answer,
    exchange::{Exchange, from_json, is_object},
};

/// A send that LINE accepted.
///
/// Accepted is not delivered: LINE answers the same for a user who blocked the bot or left.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// The id of the request that LINE accepted: of this one, or of the earlier one with the same retry key.
    pub request_id: Option<String>,
    /// The messages that reply and push made, in their order; empty for the other sends.
    pub sent_messages: Vec<SentMessage>,
    /// Whether an earlier request with the same retry key was accepted, so that this one sent nothing new.
    pub deduplicated: bool,
    status: StatusCode,
    headers: HeaderMap,
}

/// A message that LINE made of a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
#[non_exhaustive]
pub struct SentMessage {
    /// The message's id.
    pub id: String,
    /// The token to quote this message with, for the kinds that can be quoted.
    #[serde(default)]
    pub quote_token: Option<String>,
}

impl Accepted {
    /// The answer's status: 200 or 202, or 409 for a deduplicated one.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn read(exchange: Exchange) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            sent_messages: Option<Vec<SentMessage>>,
        }

        let Exchange { status, headers, body } = exchange;
        let deduplicated = status == StatusCode::CONFLICT;
        // A success that is no JSON object is not LINE's: a captive portal's page must not pass for a sent message.
        // Nothing at all is taken for `{}` where LINE's own header came with it.
        let silent = body.is_empty() && answer::request_id(&headers).is_some();
        let sent_messages = match from_json::<Body>(&body) {
            _ if silent => Vec::new(),
            Ok(_) if !is_object(&body) => {
                let error = serde::de::Error::custom("expected an object");
                return Err(Error::decode(status, headers, error));
            }
            Ok(body) => body.sent_messages.unwrap_or_default(),
            Err(error) => return Err(Error::decode(status, headers, error)),
        };
        let id = if deduplicated {
            answer::accepted_request_id(&headers)
        } else {
            answer::request_id(&headers)
        };
        Ok(Self { request_id: id.map(str::to_owned), sent_messages, deduplicated, status, headers })
    }
}
