//! The output for sends that were added.

use hikyaku::RetryKey;
use hikyaku_sender::Enqueued;
use serde::Serialize;

/// The output for a send that is on disk.
#[derive(Serialize)]
pub(super) struct Added {
    pub(super) delivery_id: i64,
    existing: bool,
    /// The key that was generated for a line of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idempotency_key: Option<String>,
}

/// The output for a send whose key was generated here.
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

/// Generates a key for a send to many without one. The outbox requires a key, so that a repetition is detected.
pub(super) fn fresh_key() -> String {
    RetryKey::new().to_string()
}
