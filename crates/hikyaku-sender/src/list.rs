use hikyaku::RetryKey;
use serde::{Serialize, Serializer};

use hikyaku_model::SendKind;

use crate::{CampaignId, DeliveryId, Lane, State, Time, store::Stored};

/// How urgent a delivery is, among those of its channel and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// Before all others: one-time passwords, alarms.
    High,
    /// As they come.
    #[default]
    Normal,
    /// After all others: campaigns.
    Low,
}

impl Priority {
    pub(crate) const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.code() == code)
    }
}

/// Which deliveries to list. The default is the 100 newest.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this channel.
    pub channel: Option<String>,
    /// Only those of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only those with a smaller id, to go on after a full page.
    pub before: Option<DeliveryId>,
    /// At most so many, newest first.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self { state: None, channel: None, campaign: None, before: None, limit: 100 }
    }
}

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
    /// The caller's name for it.
    pub idempotency_key: Option<String>,
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
    /// LINE's id of the accepted request.
    pub request_id: Option<String>,
    /// The last status that LINE answered.
    pub last_status: Option<u16>,
    /// Why it is not accepted, in LINE's words where there were any.
    pub last_error: Option<String>,
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
            SendKind::Reply => Vec::new(),
            _ => stored.payload.recipients.ids(),
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
            idempotency_key: stored.idempotency_key,
            retry_key: delivery.retry_key.into(),
            attempts: delivery.attempts,
            created_at: stored.row.created_at,
            due: delivery.due,
            expires_at: delivery.expires_at,
            request_id: delivery.request_id,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
        }
    }
}
