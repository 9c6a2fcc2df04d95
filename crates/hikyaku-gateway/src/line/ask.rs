//! What callers ask for after a 202: how a delivery stands, and how far a narrowcast is.

use hikyaku::operation::Host;
use hikyaku_sender::{Attempt, Listed, State, WaitingFor};
use http::{StatusCode, Uri, request::Parts};
use hyper::body::Incoming;
use serde::Serialize;
use serde_json::json;

use super::{
    LineDoor,
    answers::{self, Voice, about, not_found, plain},
    store_failed, ticket,
};
use crate::{
    ApiKeyRow,
    answer::{Answer, Reply, whole_answer},
};

/// Where a delivery is asked for, before its id.
pub(super) const DELIVERIES: &str = "/_hikyaku/v1/deliveries/";

/// The word for a narrowcast that LINE has not accepted yet, and for one that it never will.
const WAITING: &str = "waiting";
const FAILED: &str = "failed";

#[derive(Serialize)]
struct Story<'a> {
    id: &'a str,
    kind: &'static str,
    state: &'static str,
    created_at: String,
    recipients: u32,
    request_id: Option<&'a str>,
    sent_messages: &'a [hikyaku::SentMessage],
    attempts: Vec<Tried<'a>>,
    error: Option<Wrong<'a>>,
    waiting_for: Option<&'static str>,
}

#[derive(Serialize)]
struct Tried<'a> {
    at: String,
    status: Option<u16>,
    request_id: Option<&'a str>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Wrong<'a> {
    status: Option<u16>,
    message: &'a str,
}

impl LineDoor {
    /// How a delivery of the caller's stands.
    pub(super) async fn delivery(&self, key: &ApiKeyRow, parts: &Parts) -> Answer {
        let id = parts.uri.path().strip_prefix(DELIVERIES).unwrap_or_default();
        match self.of(key, id).await {
            Ok(Some((listed, attempts))) => {
                let mut answer = story(id, &listed, &attempts);
                about(&mut answer, id);
                answer
            }
            Ok(None) => not_found(),
            Err(error) => {
                tracing::error!(%error, "a delivery could not be looked up");
                store_failed()
            }
        }
    }

    /// How far a narrowcast is. To the caller, the id of a 202 of ours is LINE's request id.
    pub(super) async fn progress(&self, key: &ApiKeyRow, parts: &Parts, body: Incoming) -> Reply {
        let query = parts.uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("requestId="));
        let asked =
            asked.and_then(|id| percent_encoding::percent_decode_str(id).decode_utf8().ok());
        let own = match &asked {
            Some(id) if ticket::delivery(&self.state, id).is_some() => self.of(key, id).await,
            _ => return self.pass(key, Host::Api, parts, body).await,
        };
        let (listed, _) = match own {
            Ok(Some(own)) => own,
            Ok(None) => return whole_answer(not_found()),
            Err(error) => {
                tracing::error!(%error, "a delivery could not be looked up");
                return whole_answer(store_failed());
            }
        };
        match &listed.request_id {
            Some(id) => {
                let mut parts = parts.clone();
                if let Ok(uri) = format!("{}?requestId={id}", parts.uri.path()).parse::<Uri>() {
                    parts.uri = uri;
                }
                self.pass(key, Host::Api, &parts, body).await
            }
            None => whole_answer(not_accepted(&listed)),
        }
    }

    /// A delivery that was made with this key.
    async fn of(
        &self,
        key: &ApiKeyRow,
        id: &str,
    ) -> Result<Option<(Listed, Vec<Attempt>)>, hikyaku_sender::Error> {
        let Some(id) = ticket::delivery(&self.state, id) else { return Ok(None) };
        let Some(listed) = self.outbox.show(id).await? else { return Ok(None) };
        if listed.channel != key.channel || listed.reference != Some(json!({ "key": key.name })) {
            return Ok(None);
        }
        Ok(Some((listed, self.outbox.attempts(id).await?)))
    }
}

fn story(id: &str, listed: &Listed, attempts: &[Attempt]) -> Answer {
    let is_accepted = matches!(listed.state, State::Accepted | State::Tracking);
    let error = listed.last_error.as_deref().filter(|_| !is_accepted);
    let attempts = attempts.iter().map(|it| Tried {
        at: it.began.to_string(),
        status: it.status,
        request_id: it.request_id.as_deref(),
        error: it.error.as_deref(),
    });
    let story = Story {
        id,
        kind: hikyaku_sender::Lane::of(listed.kind).name(),
        state: listed.state.name(),
        created_at: listed.created_at.to_string(),
        recipients: listed.recipients,
        request_id: listed.request_id.as_deref(),
        sent_messages: &listed.sent_messages,
        attempts: attempts.collect(),
        error: error.map(|message| Wrong { status: listed.last_status, message }),
        waiting_for: listed.waiting_for.map(WaitingFor::name),
    };
    // Texts and numbers, which JSON has.
    let body = serde_json::to_vec(&story).unwrap_or_default();
    answers::json(StatusCode::OK, body, Voice::Gateway)
}

/// The progress of a narrowcast that LINE has not accepted, in LINE's form.
fn not_accepted(listed: &Listed) -> Answer {
    let accepted_time = listed.created_at.to_string();
    let body = if listed.state.is_final() {
        let why = listed.last_error.as_deref().unwrap_or("it was not sent");
        json!({ "phase": FAILED, "failedDescription": why, "errorCode": 1, "acceptedTime": accepted_time })
    } else {
        json!({ "phase": WAITING, "acceptedTime": accepted_time })
    };
    match serde_json::to_vec(&body) {
        Ok(body) => answers::json(StatusCode::OK, body, Voice::Gateway),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "The progress could not be written"),
    }
}
