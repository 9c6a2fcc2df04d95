//! What is told of sends that were added.

use hikyaku::RetryKey;
use hikyaku_sender::Enqueued;
use serde::Serialize;

/// What is printed of a send that is on disk.
#[derive(Serialize)]
pub(super) struct Added {
    delivery_id: i64,
    existing: bool,
    /// The key that a line of a batch got here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idempotency_key: Option<String>,
}

/// What is told of a send that got its name here.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    /// Its line in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    pub(super) idempotency_key: &'a str,
}

impl From<Enqueued> for Added {
    fn from(enqueued: Enqueued) -> Self {
        Self { delivery_id: enqueued.id.get(), existing: enqueued.existing, idempotency_key: None }
    }
}

/// A name for a send to many that has none. The outbox wants one for each, so that a repetition cannot go unnoticed.
pub(super) fn fresh_key() -> String {
    RetryKey::new().to_string()
}
