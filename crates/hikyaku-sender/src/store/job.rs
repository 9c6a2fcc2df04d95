use hikyaku_model::SendKind;
use uuid::Uuid;

use super::{Payload, Row};
use crate::Lane;

/// One delivery to send now.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) fence: i64,
    pub(crate) channel: String,
    pub(crate) campaign: Option<i64>,
    pub(crate) kind: SendKind,
    pub(crate) lane: Lane,
    pub(crate) fairness_key: String,
    pub(crate) attempts: u32,
    pub(crate) retry_key: Uuid,
    pub(crate) request_id: Option<String>,
    pub(crate) payload: Payload,
}

impl Job {
    /// What a claimed row asks for.
    pub(crate) fn new(row: Row, payload: Payload) -> Self {
        let Row { id, channel, campaign, fairness_key, delivery, .. } = row;
        Self {
            id,
            fence: delivery.fence,
            channel,
            campaign,
            kind: delivery.kind,
            lane: delivery.lane(),
            fairness_key,
            attempts: delivery.attempts,
            retry_key: delivery.retry_key,
            request_id: delivery.request_id,
            payload,
        }
    }
}
