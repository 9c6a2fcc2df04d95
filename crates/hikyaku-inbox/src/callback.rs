//! The route: verifies a request, and answers it once its events are on disk.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    extract::{FromRef, State},
    routing::{MethodRouter, post},
};
use hikyaku_webhook::{Receiver, Webhook};
use http::StatusCode;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

use crate::store::NewEvent;

/// The maximum number of requests that wait to be stored.
const WAITING: usize = 1000;

/// The events of a request, and the sender that reports whether they are on disk.
pub(crate) struct Arrived {
    pub(crate) events: Vec<NewEvent>,
    pub(crate) stored: oneshot::Sender<bool>,
}

#[derive(Clone)]
struct Callback {
    receiver: Receiver,
    arrived: mpsc::Sender<Arrived>,
    patience: Duration,
}

impl FromRef<Callback> for Receiver {
    fn from_ref(callback: &Callback) -> Self {
        callback.receiver.clone()
    }
}

/// Returns the route, and the requests that arrive through it.
pub(crate) fn route<S>(
    receiver: Receiver,
    patience: Duration,
) -> (MethodRouter<S>, mpsc::Receiver<Arrived>)
where
    S: Clone + Send + Sync + 'static,
{
    let (arrived, queue) = mpsc::channel(WAITING);
    (post(accept).with_state(Callback { receiver, arrived, patience }), queue)
}

async fn accept(State(callback): State<Callback>, webhook: Webhook) -> StatusCode {
    let events = events(webhook, callback.receiver.now());
    if events.is_empty() {
        return StatusCode::OK;
    }
    let (stored, told) = oneshot::channel();
    let stored = async {
        callback.arrived.send(Arrived { events, stored }).await.ok()?;
        told.await.ok()
    };
    match timeout(callback.patience, stored).await {
        Ok(Some(true)) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Returns the events of a webhook that are stored: all except the dummies.
fn events(webhook: Webhook, now: SystemTime) -> Vec<NewEvent> {
    let received_at = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let received_at = i64::try_from(received_at.as_millis()).unwrap_or(i64::MAX);
    let destination = plain(webhook.destination.as_ref().map_or("", |it| it.as_str()));
    let kept = webhook.events.into_iter().filter(|event| !event.is_dummy());
    kept.filter_map(|event| {
        let event_id = match event.webhook_event_id() {
            Some(id) => plain(id),
            None => format!("none-{}", Uuid::new_v4()),
        };
        let chat = match event.chat_id() {
            Some(chat) => format!("{destination} {}", plain(chat.as_str())),
            None => format!("{destination} {event_id}"),
        };
        Some(NewEvent {
            destination: destination.clone(),
            event_id,
            chat,
            at: event.timestamp.unwrap_or(received_at),
            received_at,
            body: event.raw()?.to_owned(),
            redelivered: event.is_redelivery(),
        })
    })
    .collect()
}

/// Removes zero characters, which PostgreSQL cannot store. LINE sends none.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
