use hikyaku::{RetryKey, SentMessage};
use serde::{Serialize, Serializer};

use hikyaku_model::SendKind;

use crate::{
    CampaignId, DeliveryId, Lane, State, Time, WaitingFor, answer, store::Stored,
    trace_context::TraceContext,
};

/// A delivery, for people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// Its id in this store.
    pub id: DeliveryId,
    /// The channel that sends it.
    pub channel: String,
    /// How it is sent.
    #[serde(serialize_with = "kind_name")]
    pub kind: SendKind,
    /// Where it stands.
    #[serde(serialize_with = "shown")]
    pub state: State,
    /// Whether an attempt may have landed without an answer.
    pub may_have_landed: bool,
    /// The campaign it is a part of.
    pub campaign: Option<CampaignId>,
    /// How many recipients it counts for.
    pub recipients: u32,
    /// To whom. Empty for replies, whose token is a secret, and where LINE chooses.
    pub to: Vec<String>,
    /// The request without its recipients; empty where it is the campaign's.
    pub body: Option<serde_json::Value>,
    /// Whose share of its lane it takes; `campaign:17` where it is a part of campaign 17.
    pub fairness_key: Option<String>,
    /// The caller's name for it.
    pub idempotency_key: Option<String>,
    /// The caller's own JSON, see [`NewDelivery::reference`](crate::NewDelivery::reference).
    pub reference: Option<serde_json::Value>,
    /// The trace that it is a part of, see [`NewDelivery::trace_context`](crate::NewDelivery::trace_context).
    pub traceparent: Option<String>,
    /// What belongs to it.
    pub tracestate: Option<String>,
    /// The key of those that it is sent in order with.
    pub order_key: Option<String>,
    /// What it waits for besides its time, as far as the store knows.
    pub waiting_for: Option<WaitingFor>,
    /// The key that makes its repeats safe.
    pub retry_key: RetryKey,
    /// How many attempts came to an end, or are under way.
    pub attempts: u32,
    /// When it was enqueued.
    #[serde(serialize_with = "shown")]
    pub created_at: Time,
    /// When it is to be sent, or tried again.
    #[serde(serialize_with = "shown")]
    pub due: Time,
    /// When it is no longer worth sending.
    #[serde(serialize_with = "shown_if_any")]
    pub expires_at: Option<Time>,
    /// The program that has it, or had it last: host and process.
    pub worker: Option<String>,
    /// LINE's id of the accepted request.
    pub request_id: Option<String>,
    /// The messages that LINE made of it, with the tokens to quote them by: of an accepted push or reply.
    pub sent_messages: Vec<SentMessage>,
    /// The last status that LINE answered.
    pub last_status: Option<u16>,
    /// Why it is not accepted, in LINE's words where there were any.
    pub last_error: Option<String>,
    /// When its caller, who waited for it, was told that it was refused or withdrawn.
    #[serde(serialize_with = "shown_if_any")]
    pub told_at: Option<Time>,
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
        }
    }
}
