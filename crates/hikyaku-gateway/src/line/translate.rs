//! Ids of ours that callers give where LINE knows its own request ids: to a caller, the id of a 202 is one.

use std::borrow::Cow;

use bytes::Bytes;
use hikyaku::operation::Host;
use http::{StatusCode, Uri, request::Parts};
use hyper::body::Incoming;

use super::{
    LineDoor,
    answers::{OrAnswer, plain},
    check,
    pass::Outgoing,
    request::in_query,
    ticket,
};
use crate::{
    ApiKeyRow,
    answer::{Reply, whole_answer},
};

/// The name of the member, and of the part of a query, that has a request id.
const NAME: &str = "requestId";

impl LineDoor {
    /// Passes on a request whose query has a request id.
    pub(super) async fn pass_by_id(&self, key: &ApiKeyRow, parts: &Parts, body: Incoming) -> Reply {
        let own = asked(parts).filter(|id| ticket::delivery(&self.state, id).is_some());
        let Some(own) = own else { return self.pass(key, Host::Api, parts, body.into()).await };
        match self.lines_id(key, &own).await {
            Ok(id) => self.pass(key, Host::Api, &with_id(parts, &id), body.into()).await,
            Err(refusal) => whole_answer(*refusal),
        }
    }

    /// Passes on a request whose JSON has a request id.
    pub(super) async fn pass_with_ids(
        &self,
        key: &ApiKeyRow,
        parts: &Parts,
        body: Incoming,
    ) -> Reply {
        let body = match self.body_of_send(body).await {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        match self.translated_body(key, body).await {
            Ok(body) => self.pass(key, Host::Api, parts, Outgoing::whole(body)).await,
            Err(refusal) => whole_answer(*refusal),
        }
    }

    async fn translated_body(&self, key: &ApiKeyRow, body: Bytes) -> OrAnswer<Bytes> {
        let translated = match self.translated(key, check::text(&body)?).await? {
            Cow::Owned(json) => Some(json.into()),
            Cow::Borrowed(_) => None,
        };
        Ok(translated.unwrap_or(body))
    }

    /// JSON with LINE's request ids where ours stood, and everything else as it came.
    pub(super) async fn translated<'a>(
        &self,
        key: &ApiKeyRow,
        json: &'a str,
    ) -> OrAnswer<Cow<'a, str>> {
        let (mut whole, mut done) = (String::new(), 0);
        for id in ids(json) {
            if ticket::delivery(&self.state, id.text).is_none() {
                continue;
            }
            whole.push_str(json.get(done..id.at).unwrap_or_default());
            whole.push_str(&self.lines_id(key, id.text).await?);
            done = id.at + id.text.len();
        }
        if done == 0 {
            return Ok(Cow::Borrowed(json));
        }
        whole.push_str(json.get(done..).unwrap_or_default());
        Ok(Cow::Owned(whole))
    }

    /// LINE's id of the request that it accepted for a delivery of ours.
    async fn lines_id(&self, key: &ApiKeyRow, own: &str) -> OrAnswer<String> {
        let listed = self.listed(key, ticket::delivery(&self.state, own)).await;
        let refuse = || {
            let message = format!("Invalid request id: {own}");
            Box::new(plain(StatusCode::BAD_REQUEST, &message))
        };
        match listed {
            Ok(listed) => listed.request_id.ok_or_else(refuse),
            Err(refusal) if refusal.status() == StatusCode::NOT_FOUND => Err(refuse()),
            Err(refusal) => Err(refusal),
        }
    }
}

/// The request id in a query.
pub(super) fn asked(parts: &Parts) -> Option<Cow<'_, str>> {
    let id = in_query(parts.uri.query(), NAME)?;
    percent_encoding::percent_decode_str(id).decode_utf8().ok()
}

/// The same request with this request id.
pub(super) fn with_id(parts: &Parts, id: &str) -> Parts {
    let mut parts = parts.clone();
    if let Ok(uri) = format!("{}?{NAME}={id}", parts.uri.path()).parse::<Uri>() {
        parts.uri = uri;
    }
    parts
}

/// A text in JSON that is the value of a member for request ids.
#[derive(Debug, PartialEq, Eq)]
struct Id<'a> {
    at: usize,
    text: &'a str,
}

/// The request ids in JSON. A quotation mark within a text has a backslash before it, so that no text has such a member in it.
fn ids(json: &str) -> impl Iterator<Item = Id<'_>> {
    json.match_indices("\"requestId\"").filter_map(|(at, name)| {
        let rest = json.get(at + name.len()..)?;
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let text = value.split(['"', '\\']).next()?;
        Some(Id { at: json.len() - value.len(), text })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_members_and_not_texts() {
        let json = r#"{"requestId" : "a-1","x":{"requestId":"b"},"y":"\"requestId\":\"c\"","requestId":7}"#;
        let found: Vec<_> = ids(json).map(|id| id.text).collect();
        assert_eq!(found, ["a-1", "b"]);
        for id in ids(json) {
            assert_eq!(&json[id.at..id.at + id.text.len()], id.text);
        }
    }
}
