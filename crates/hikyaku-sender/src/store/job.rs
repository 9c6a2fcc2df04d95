use hikyaku_model::SendKind;

use super::{Payload, Row};
use crate::Lane;

/// One delivery to send now.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// As it was claimed.
    pub(crate) row: Row,
    pub(crate) lane: Lane,
    pub(crate) payload: Payload,
}

impl Job {
    /// What a claimed row asks for.
    pub(crate) fn new(row: Row, payload: Payload) -> Self {
        Self { lane: row.delivery.lane(), row, payload }
    }

    pub(crate) fn id(&self) -> i64 {
        self.row.id
    }

    pub(crate) fn channel(&self) -> &str {
        &self.row.channel
    }

    pub(crate) fn kind(&self) -> SendKind {
        self.row.delivery.kind
    }

    /// Of the claim.
    pub(crate) fn fence(&self) -> i64 {
        self.row.delivery.fence
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.row.delivery.attempts
    }
}
