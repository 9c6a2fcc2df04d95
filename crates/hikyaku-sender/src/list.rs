use hikyaku::{RetryKey, SentMessage};
use serde::{Serialize, Serializer};

use hikyaku_model::SendKind;

use crate::{
    CampaignId, DeliveryId, Lane, State, Time, WaitingFor, answer, store::Stored,
    trace_context::TraceContext,
};

/// A delivery, as shown to people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// The delivery's id in this store.
    pub id: DeliveryId,
    /// The channel that sends it.
    pub channel: String,
    /// The kind of send.
    #[serde(serialize_with = "kind_name")]
    pub kind: SendKind,
    /// The state.
    #[serde(serialize_with = "shown")]
    pub state: State,
    /// Whether an attempt without a response may have landed.
    pub may_have_landed: bool,
    /// The campaign to which it belongs.
    pub campaign: Option<CampaignId>,
    /// The number of recipients that it counts for.
    pub recipients: u32,
    /// The recipients. Empty for replies, whose token is a secret, and for sends whose recipients LINE chooses.
    pub to: Vec<String>,
    /// The request without its recipients; `None` if the campaign holds it.
    pub body: Option<serde_json::Value>,
    /// The fairness key whose share of the lane it uses; `campaign:17` if it belongs to campaign 17.
    pub fairness_key: Option<String>,
    /// The idempotency key.
    pub idempotency_key: Option<String>,
    /// The caller's own JSON, see [`NewDelivery::reference`](crate::NewDelivery::reference).
    pub reference: Option<serde_json::Value>,
    /// The trace to which it belongs, see [`NewDelivery::trace_context`](crate::NewDelivery::trace_context).
    pub traceparent: Option<String>,
    /// The `tracestate` of that trace.
    pub tracestate: Option<String>,
    /// The order key: deliveries with the same key are sent in order.
    pub order_key: Option<String>,
    /// The reason why it waits besides its due time, as far as the store knows.
    pub waiting_for: Option<WaitingFor>,
    /// The retry key, which makes its retries safe.
    pub retry_key: RetryKey,
    /// The number of attempts that have ended or are in progress.
    pub attempts: u32,
    /// The time at which it was enqueued.
    #[serde(serialize_with = "shown")]
    pub created_at: Time,
    /// The time at which it is to be sent or retried.
    #[serde(serialize_with = "shown")]
    pub due: Time,
    /// The time at which it expires.
    #[serde(serialize_with = "shown_if_any")]
    pub expires_at: Option<Time>,
    /// The process that has claimed it, or claimed it last: host and process id.
    pub worker: Option<String>,
    /// LINE's id of the accepted request.
    pub request_id: Option<String>,
    /// The messages that LINE created from an accepted push or reply, with their quote tokens.
    pub sent_messages: Vec<SentMessage>,
    /// The last HTTP status from LINE.
    pub last_status: Option<u16>,
    /// The reason why it is not accepted, in LINE's words if there are any.
    pub last_error: Option<String>,
    /// When its caller, who waited for it, was told that it was refused or withdrawn.
    #[serde(serialize_with = "shown_if_any")]
    pub told_at: Option<Time>,
    /// Whether its acceptance is reported as an [`Outcome`](crate::Outcome), too. It is not part of the JSON.
    #[serde(skip)]
    pub tells_outcome: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn kind_name<S: Serializer>(kind: &SendKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(Lane::of(*kind).name())
}

fn shown<T: std::fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn shown_if_any<S: Serializer>(value: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

impl From<Stored> for Listed {
    fn from(stored: Stored) -> Self {
        let delivery = stored.row.delivery;
        let to = match delivery.kind {
            SendKind::Reply if !delivery.or_push => Vec::new(),
            _ => stored.payload.recipients.ids(),
        };
        let trace = stored.payload.trace;
        let (traceparent, tracestate) = match trace {
            Some(TraceContext { parent, state }) => (Some(parent), state),
            None => (None, None),
        };
        Self {
            id: DeliveryId(stored.row.id),
            channel: stored.row.channel,
            kind: delivery.kind,
            state: delivery.state,
            may_have_landed: delivery.maybe_landed() || delivery.state == State::InFlight,
            campaign: stored.row.campaign.map(CampaignId),
            recipients: delivery.recipients,
            to,
            body: stored.payload.body.and_then(|body| serde_json::from_str(&body.json).ok()),
            fairness_key: Some(stored.row.fairness_key).filter(|key| !key.is_empty()),
            idempotency_key: stored.row.idempotency_key,
            reference: answer::parsed(stored.row.reference.as_deref()),
            traceparent,
            tracestate,
            waiting_for: delivery.waits_its_turn().then_some(WaitingFor::Order),
            order_key: delivery.order.map(|order| order.key),
            retry_key: delivery.retry_key.into(),
            attempts: delivery.attempts,
            created_at: stored.row.created_at,
            due: delivery.due,
            expires_at: delivery.expires_at,
            worker: delivery.worker.as_deref().map(str::to_owned),
            request_id: delivery.request_id,
            sent_messages: answer::sent_messages(delivery.answer.as_deref()),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            told_at: delivery.told_at,
            tells_outcome: stored.row.tells,
        }
    }
}
