//! What callers ask for after a 202: how a delivery stands, that it is withdrawn, and how far a narrowcast is.

use std::time::Duration;

use hikyaku::{RetryKey, operation::Host};
use hikyaku_model::SendKind;
use hikyaku_sender::{
    Attempt, DeliveryId, ErrorKind, Filter, LineAnswer, Listed, State, WaitingFor,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    LineDoor,
    answers::{self, OrAnswer, Voice, about, not_found, own, plain},
    names::Name,
    request::in_query,
    store_failed, ticket,
    translate::{asked, with_id},
};
use crate::{
    ApiKeyRow,
    answer::{Answer, Reply, whole_answer},
};

/// Where deliveries are asked for.
const DELIVERIES: &str = "/_hikyaku/v1/deliveries/";

/// What is told of a query that names no delivery.
const NO_NAME: &str = "Give one of retry_key, idempotency_key and request_id";

/// The longest wait for a delivery, in seconds.
const LONGEST_WAIT: u64 = 10;

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
    sent_messages: Vec<Sent<'a>>,
    attempts: Vec<Tried<'a>>,
    error: Option<Wrong<'a>>,
    waiting_for: Option<&'static str>,
}

#[derive(Serialize)]
struct Sent<'a> {
    id: &'a str,
    quote_token: Option<&'a str>,
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
    /// LINE's own.
    details: Option<Value>,
}

/// A delivery of a key's, and all that is told of it.
struct Found {
    listed: Listed,
    attempts: Vec<Attempt>,
    answer: Option<LineAnswer>,
}

impl LineDoor {
    /// How a delivery of the caller's stands, as soon as it has ended or the caller's patience has.
    pub(super) async fn delivery(&self, key: &ApiKeyRow, parts: &Parts) -> Answer {
        let id = id_in(parts);
        about_one(self.story(key, parts, id).await, id)
    }

    async fn story(&self, key: &ApiKeyRow, parts: &Parts, id: &str) -> OrAnswer<Answer> {
        let patience = patience(parts.uri.query())?;
        let delivery = ticket::delivery(&self.state, id);
        if !patience.is_zero() {
            let listed = self.listed(key, delivery).await?;
            let waited = self.drain.wait(&self.outbox, listed.id, patience).await;
            waited.map_err(|error| failed(&error))?;
        }
        Ok(story(id, &self.of(key, delivery).await?))
    }

    /// Withdraws a delivery of the caller's, unless it may have been sent.
    pub(super) async fn withdraw(&self, key: &ApiKeyRow, parts: &Parts) -> Answer {
        let id = id_in(parts);
        let withdrawn = self.withdrawn(key, ticket::delivery(&self.state, id), id).await;
        about_one(withdrawn, id)
    }

    /// The deliveries of the caller's that have a name.
    pub(super) async fn deliveries(&self, key: &ApiKeyRow, parts: &Parts) -> Answer {
        match self.stories(key, parts.uri.query().unwrap_or_default()).await {
            Ok(stories) => {
                let body = json!({ "deliveries": stories }).to_string().into_bytes();
                answers::json(StatusCode::OK, body, Voice::Gateway)
            }
            Err(refusal) => *refusal,
        }
    }

    async fn stories(&self, key: &ApiKeyRow, query: &str) -> OrAnswer<Vec<Value>> {
        let mut stories = Vec::new();
        for id in self.named(key, query).await? {
            let found = self.of(key, Some(id)).await?;
            // Texts and numbers, which JSON has.
            stories.push(serde_json::to_value(told(&self.ticket(id), &found)).unwrap_or_default());
        }
        Ok(stories)
    }

    /// Withdraws the delivery of the caller's that has a name.
    pub(super) async fn withdraw_named(&self, key: &ApiKeyRow, parts: &Parts) -> Answer {
        let found = self.named(key, parts.uri.query().unwrap_or_default()).await;
        // A name is one delivery's.
        let id = match found.map(|ids| ids.first().copied()) {
            Ok(Some(id)) => id,
            Ok(None) => return not_found(),
            Err(refusal) => return *refusal,
        };
        let told = self.ticket(id);
        let withdrawn = self.withdrawn(key, Some(id), &told).await;
        about_one(withdrawn, &told)
    }

    async fn withdrawn(
        &self,
        key: &ApiKeyRow,
        id: Option<DeliveryId>,
        told: &str,
    ) -> OrAnswer<Answer> {
        let listed = self.listed(key, id).await?;
        let id = listed.id;
        // One that was withdrawn before is withdrawn.
        if listed.state != State::Cancelled {
            self.outbox.cancel(id).await.map_err(|error| match error.kind() {
                ErrorKind::Refused(_, why) => {
                    let message = "The delivery cannot be withdrawn";
                    let why = why.to_string();
                    Box::new(own(StatusCode::CONFLICT, message, Some("too-late"), Some(&why)))
                }
                _ => failed(&error),
            })?;
            if let Err(error) = self.state.give_back_if_not_sent(id).await {
                tracing::debug!(%error, "what a withdrawn send cost is given back later");
            }
        }
        Ok(story(told, &self.of(key, Some(id)).await?))
    }

    /// The deliveries that a query names. The name is one that was given with the send, or an id of LINE's or of ours.
    async fn named(&self, key: &ApiKeyRow, query: &str) -> OrAnswer<Vec<DeliveryId>> {
        let refuse = |message: &str| Box::new(plain(StatusCode::BAD_REQUEST, message));
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (Some((by, value)), None) = (pairs.next(), pairs.next()) else {
            return Err(refuse(NO_NAME));
        };
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        let named = match by {
            "retry_key" => {
                let key: RetryKey =
                    value.parse().map_err(|_| refuse("The retry key is invalid"))?;
                format!("retry-key:{key}")
            }
            "idempotency_key" => {
                let value = HeaderValue::try_from(&*value)
                    .map_err(|_| refuse("The Idempotency-Key is invalid"))?;
                let name = HeaderName::from_static("idempotency-key");
                let name = Name::read(SendKind::Push, &HeaderMap::from_iter([(name, value)]))?;
                let none = || refuse("The Idempotency-Key is invalid");
                name.in_outbox(key.id, "").ok_or_else(none)?
            }
            "request_id" => return self.requested(key, &value).await,
            _ => return Err(refuse(NO_NAME)),
        };
        let found = self.outbox.find(&key.channel, named).await.map_err(|error| failed(&error))?;
        match found.filter(|listed| is_of(key, listed)) {
            Some(listed) => Ok(vec![listed.id]),
            None => Err(Box::new(not_found())),
        }
    }

    /// The delivery of a request's id, which before LINE's acceptance is ours.
    async fn requested(&self, key: &ApiKeyRow, request_id: &str) -> OrAnswer<Vec<DeliveryId>> {
        if let Some(id) = ticket::delivery(&self.state, request_id) {
            return Ok(vec![id]);
        }
        let filter = Filter::default().channel(&key.channel).request_id(request_id);
        let filter = filter.reference(reference(key)).limit(1);
        let found = self.outbox.list(filter).await.map_err(|error| failed(&error))?;
        if found.is_empty() {
            return Err(Box::new(not_found()));
        }
        Ok(found.iter().map(|listed| listed.id).collect())
    }

    /// A delivery's id, as callers know it.
    fn ticket(&self, id: DeliveryId) -> String {
        ticket::ticket(&self.state, id).map(|id| id.to_string()).unwrap_or_default()
    }

    /// How far a narrowcast is. To the caller, the id of a 202 of ours is LINE's request id.
    pub(super) async fn progress(&self, key: &ApiKeyRow, parts: &Parts, body: Incoming) -> Reply {
        let own = asked(parts).and_then(|id| ticket::delivery(&self.state, &id));
        let Some(own) = own else {
            return self.pass(key, Host::Api, parts, body.into()).await;
        };
        let listed = match self.listed(key, Some(own)).await {
            Ok(listed) => listed,
            Err(refusal) => return whole_answer(*refusal),
        };
        match &listed.request_id {
            Some(id) => self.pass(key, Host::Api, &with_id(parts, id), body.into()).await,
            None => whole_answer(not_accepted(&listed)),
        }
    }

    /// A delivery that was made with this key.
    pub(super) async fn listed(&self, key: &ApiKeyRow, id: Option<DeliveryId>) -> OrAnswer<Listed> {
        let none = || Box::new(not_found());
        let shown = self.outbox.show(id.ok_or_else(none)?).await.map_err(|error| failed(&error))?;
        shown.filter(|listed| is_of(key, listed)).ok_or_else(none)
    }

    /// The same, and all that is told of it.
    async fn of(&self, key: &ApiKeyRow, id: Option<DeliveryId>) -> OrAnswer<Found> {
        let listed = self.listed(key, id).await?;
        let id = listed.id;
        let attempts = self.outbox.attempts(id).await.map_err(|error| failed(&error))?;
        let answer = self.outbox.answer(id).await.map_err(|error| failed(&error))?;
        Ok(Found { listed, attempts, answer })
    }
}

/// What stands beside a key's deliveries.
fn reference(key: &ApiKeyRow) -> Value {
    json!({ "key": key.name })
}

fn is_of(key: &ApiKeyRow, listed: &Listed) -> bool {
    listed.channel == key.channel && listed.reference == Some(reference(key))
}

fn failed(error: &hikyaku_sender::Error) -> Box<Answer> {
    tracing::error!(%error, "a delivery could not be looked up");
    Box::new(store_failed())
}

fn id_in(parts: &Parts) -> &str {
    parts.uri.path().strip_prefix(DELIVERIES).unwrap_or_default()
}

/// How long a query asks to wait: `wait=10s`, or without the unit.
fn patience(query: Option<&str>) -> OrAnswer<Duration> {
    let Some(wait) = in_query(query, "wait") else { return Ok(Duration::ZERO) };
    let seconds: Option<u64> = wait.strip_suffix('s').unwrap_or(wait).parse().ok();
    let seconds = seconds.filter(|seconds| *seconds <= LONGEST_WAIT);
    seconds.map(Duration::from_secs).ok_or_else(|| {
        let message = format!("wait must be a number of seconds from 0 to {LONGEST_WAIT}");
        Box::new(plain(StatusCode::BAD_REQUEST, &message))
    })
}

/// An answer about a delivery, or a refusal.
fn about_one(answer: OrAnswer<Answer>, id: &str) -> Answer {
    match answer {
        Ok(mut answer) => {
            about(&mut answer, id);
            answer
        }
        Err(refusal) => *refusal,
    }
}

fn story(id: &str, found: &Found) -> Answer {
    // Texts and numbers, which JSON has.
    let body = serde_json::to_vec(&told(id, found)).unwrap_or_default();
    answers::json(StatusCode::OK, body, Voice::Gateway)
}

fn told<'a>(id: &'a str, Found { listed, attempts, answer }: &'a Found) -> Story<'a> {
    let is_accepted = matches!(listed.state, State::Accepted | State::Tracking);
    let error = listed.last_error.as_deref().filter(|_| !is_accepted);
    let attempts = attempts.iter().map(|it| Tried {
        at: it.began.to_string(),
        status: it.status,
        request_id: it.request_id.as_deref(),
        error: it.error.as_deref(),
    });
    let sent = listed
        .sent_messages
        .iter()
        .map(|it| Sent { id: &it.id, quote_token: it.quote_token.as_deref() });
    let details = || answer.as_ref().and_then(|answer| details(&answer.body));
    Story {
        id,
        kind: hikyaku_sender::Lane::of(listed.kind).name(),
        state: listed.state.name(),
        created_at: listed.created_at.to_string(),
        recipients: listed.recipients,
        request_id: listed.request_id.as_deref(),
        sent_messages: sent.collect(),
        attempts: attempts.collect(),
        error: error.map(|message| Wrong {
            status: listed.last_status,
            message,
            details: details(),
        }),
        waiting_for: listed.waiting_for.map(WaitingFor::name),
    }
}

/// What LINE said about a refusal beside its message.
fn details(body: &str) -> Option<Value> {
    #[derive(Deserialize)]
    struct Refusal {
        details: Value,
    }
    serde_json::from_str::<Refusal>(body).ok().map(|refusal| refusal.details)
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
