use std::collections::BTreeMap;

use hikyaku_model::SendKind;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    Error, ErrorKind, Lane, Priority, Time, answer,
    delivery::{Count, Delivery, State, UnknownPolicy},
    outcome::OutcomeKind,
    phase::CampaignPhase,
    recipients::Recipients,
    trace_context::TraceContext,
    waiting::{Waiting, WaitingFor},
};

/// A delivery as the state machine sees it, and what else a step needs to decide.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) channel: String,
    pub(crate) campaign: Option<i64>,
    pub(crate) created_at: Time,
    pub(crate) idempotency_key: Option<String>,
    /// The caller's own JSON.
    pub(crate) reference: Option<String>,
    /// Whether its acceptance is an outcome, too.
    pub(crate) tells: bool,
    /// Whose share of its lane it takes.
    pub(crate) fairness_key: String,
    pub(crate) delivery: Delivery,
}

impl Row {
    /// Whether it is in flight for the first time, in no order, and without anyone who waits or has asked to be told. Such a row can
    /// be settled without another look at it, as long as nobody has changed it.
    pub(crate) fn is_first_flight(&self) -> bool {
        let it = &self.delivery;
        it.state == State::InFlight
            && !self.tells
            && it.watched_until.is_none()
            && it.first_attempt.is_none()
            && it.order.is_none()
    }
}

/// A delivery that is not in the store yet.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    pub(crate) channel: String,
    pub(crate) campaign: Option<i64>,
    pub(crate) chunk: Option<i64>,
    pub(crate) priority: Priority,
    pub(crate) fairness_key: String,
    pub(crate) idempotency_key: Option<String>,
    /// Whether it takes its name over from one that surely was not sent.
    pub(crate) takes_over: bool,
    pub(crate) reference: Option<String>,
    pub(crate) tells: bool,
    pub(crate) payload: Payload,
    pub(crate) delivery: Delivery,
    pub(crate) created_at: Time,
}

impl Fresh {
    /// The row that it is once it has this id.
    pub(crate) fn as_row(&self, id: i64) -> Row {
        Row {
            id,
            channel: self.channel.clone(),
            campaign: self.campaign,
            created_at: self.created_at,
            idempotency_key: self.idempotency_key.clone(),
            reference: self.reference.clone(),
            tells: self.tells,
            fairness_key: self.fairness_key.clone(),
            delivery: self.delivery.clone(),
        }
    }
}

/// What a delivery sends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payload {
    pub(crate) recipients: Recipients,
    /// The request without its recipients; the campaign's if there is none.
    pub(crate) body: Option<Body>,
    /// The trace that it is a part of, which is not sent.
    pub(crate) trace: Option<TraceContext>,
}

/// The JSON object of a request without its `to` or `replyToken`, and the one header that is not the key. Of a push that is
/// a reply first, the tag is the reply token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Body {
    pub(crate) json: String,
    pub(crate) delivery_tag: Option<String>,
}

/// A delivery with all there is to it, for people.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) row: Row,
    pub(crate) priority: Priority,
    pub(crate) chunk: Option<i64>,
    pub(crate) payload: Payload,
}

/// Deliveries that fit a filter, the newest first.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) deliveries: Vec<Stored>,
    /// Before which id it has not been looked yet, where one transaction did not look through all of them.
    pub(crate) next: Option<i64>,
}

impl Found {
    /// Wherever they are, these are all.
    pub(crate) fn all(deliveries: Vec<Stored>) -> Self {
        Self { deliveries, next: None }
    }
}

/// A lane with rows that wait, and when the first falls due.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LaneDue {
    pub(crate) channel: String,
    pub(crate) lane: Lane,
    pub(crate) due: Time,
    /// Which of its rows that is.
    pub(crate) priority: Priority,
    pub(crate) fairness_key: String,
}

/// A fairness key of a lane with rows that wait, and when its first falls due.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyDue {
    pub(crate) priority: Priority,
    pub(crate) fairness_key: String,
    pub(crate) due: Time,
}

impl LaneDue {
    /// It has to wait.
    pub(crate) fn waits_for(&self, reason: WaitingFor, until: impl Into<Option<Time>>) -> Waiting {
        let until = until.into();
        Waiting { channel: self.channel.clone(), lane: self.lane, reason, until }
    }
}

/// What is known of a channel's month.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Quota {
    /// How many messages the month has; `None` without a limit.
    pub(crate) limit: Option<i64>,
    /// How many are gone: what LINE said last, and what was accepted since.
    pub(crate) used: i64,
    /// How many are in flight.
    pub(crate) reserved: i64,
    pub(crate) checked_at: Time,
}

impl Quota {
    /// How many more recipients may be sent to.
    pub(crate) fn room(&self) -> Option<i64> {
        self.limit.map(|limit| (limit - self.used - self.reserved).max(0))
    }
}

/// Where a store was moved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Move {
    /// The other store, without its password.
    pub(crate) to: String,
    /// Whether all of it is there.
    pub(crate) done: bool,
}

impl Move {
    pub(crate) fn refusal(&self) -> Error {
        let to = &self.to;
        Error::new(ErrorKind::Unsuitable(if self.done {
            format!("this store was moved to {to}; use that one")
        } else {
            format!(
                "this store is being moved to {to}; if that was broken off, move it again, into an empty store"
            )
        }))
    }
}

/// How a campaign was asked to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CampaignState {
    /// Its rows may be sent.
    Running,
    /// Nothing is sent until the whole list was found good.
    Held,
    Paused,
    Cancelled,
}

impl CampaignState {
    const ALL: [Self; 4] = [Self::Running, Self::Held, Self::Paused, Self::Cancelled];

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// How far a campaign's list is read. Saved together with the rows that were made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) bytes: i64,
    pub(crate) lines: i64,
    pub(crate) chunks: i64,
    /// SHA-256 of all bytes before it: a list that changed is no list to go on with.
    pub(crate) digest: Vec<u8>,
    pub(crate) done: bool,
}

/// Recipients by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CampaignCounts {
    pub(crate) total: i64,
    pub(crate) accepted: i64,
    pub(crate) rejected: i64,
    pub(crate) unknown: i64,
    pub(crate) cancelled: i64,
    /// Recipients that were left out because they had been in the list before.
    pub(crate) repeated: i64,
    /// Lines that hold no usable recipient.
    pub(crate) bad_lines: i64,
}

impl CampaignCounts {
    pub(crate) fn add(&mut self, count: Count, recipients: i64) {
        match count {
            // The halves of a row are open in its place.
            Count::Open | Count::Halves => {}
            Count::Accepted => self.accepted += recipients,
            Count::Rejected => self.rejected += recipients,
            Count::Unknown => self.unknown += recipients,
            Count::Cancelled => self.cancelled += recipients,
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            accepted: self.accepted + other.accepted,
            rejected: self.rejected + other.rejected,
            unknown: self.unknown + other.unknown,
            cancelled: self.cancelled + other.cancelled,
            repeated: self.repeated + other.repeated,
            bad_lines: self.bad_lines + other.bad_lines,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn finished(&self) -> i64 {
        self.accepted + self.rejected + self.unknown + self.cancelled
    }
}

/// A campaign that is not in the store yet.
#[derive(Clone, Debug)]
pub(crate) struct NewCampaign {
    pub(crate) channel: String,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) digest: Vec<u8>,
    /// The root of its chunks' retry keys.
    pub(crate) seed: uuid::Uuid,
    pub(crate) body: String,
    /// Whether the body has variables, so that every line is a push of its own.
    pub(crate) personal: bool,
    pub(crate) dedupe: bool,
    pub(crate) priority: Priority,
    pub(crate) on_unknown: UnknownPolicy,
    pub(crate) due: Time,
    pub(crate) expires_at: Option<Time>,
    pub(crate) state: CampaignState,
    pub(crate) created_at: Time,
}

impl NewCampaign {
    /// Of all that it sends: tells a repeat from another campaign under the same idempotency key, and damage.
    pub(crate) fn digest_of(personal: bool, dedupe: bool, body: &str) -> Vec<u8> {
        let digest = Sha256::new().chain_update([1, u8::from(personal), u8::from(dedupe)]);
        digest.chain_update(body).finalize().to_vec()
    }
}

/// A campaign.
#[derive(Clone, Debug)]
pub(crate) struct CampaignRow {
    pub(crate) id: i64,
    pub(crate) spec: NewCampaign,
    pub(crate) cursor: Cursor,
    pub(crate) counts: CampaignCounts,
}

impl CampaignRow {
    /// What is told of it when nothing of it is open any more.
    pub(crate) fn outcome(&self) -> (OutcomeKind, Option<i64>, Value) {
        let kind = match self.spec.state {
            CampaignState::Cancelled => OutcomeKind::CampaignCancelled,
            _ => OutcomeKind::CampaignDone,
        };
        let CampaignCounts { total, accepted, rejected, unknown, cancelled, .. } = self.counts;
        let data = json!({
            "id": self.id,
            "channel": self.spec.channel,
            "idempotency_key": self.spec.idempotency_key,
            "state": self.phase(),
            "total": total,
            "accepted": accepted,
            "rejected": rejected,
            "unknown": unknown,
            "cancelled": cancelled,
        });
        (kind, None, data)
    }

    /// Whether nothing of it is open any more.
    pub(crate) fn is_over(&self) -> bool {
        let no_more_is_read = self.cursor.done || self.spec.state == CampaignState::Cancelled;
        no_more_is_read && self.counts.finished() >= self.counts.total
    }

    /// What it is doing.
    pub(crate) fn phase(&self) -> CampaignPhase {
        match self.spec.state {
            CampaignState::Cancelled => CampaignPhase::Cancelled,
            _ if self.cursor.done && self.counts.finished() >= self.counts.total => {
                CampaignPhase::Done
            }
            CampaignState::Paused => CampaignPhase::Paused,
            _ if !self.cursor.done => CampaignPhase::Feeding,
            CampaignState::Running | CampaignState::Held => CampaignPhase::Running,
        }
    }
}

/// What a row was before a step changed it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    state: State,
    kind: SendKind,
    /// Since when it counts as sent, or as perhaps sent, as long as that is not settled.
    counted_at: Option<Time>,
}

impl Before {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        let Delivery { state, kind, .. } = *delivery;
        let is_counted = Lane::of(kind).counts_recipients();
        Self { state, kind, counted_at: counted_at(delivery).filter(|_| is_counted) }
    }
}

/// When the earliest attempt began that is under way or in doubt.
fn counted_at(delivery: &Delivery) -> Option<Time> {
    match delivery.state {
        State::InFlight => delivery.first_maybe_at.or(delivery.claimed_at),
        State::Ready => delivery.first_maybe_at,
        _ => None,
    }
}

/// Whether what was counted was sent, or may have been.
fn still_counts(delivery: &Delivery) -> bool {
    let sent = matches!(
        delivery.state,
        State::Accepted | State::Tracking | State::Unknown | State::Dropped
    );
    sent || counted_at(delivery).is_some()
}

/// What a step changed about the counts around rows: of campaigns, and of channels' months.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) campaigns: BTreeMap<i64, CampaignCounts>,
    pub(crate) quotas: BTreeMap<String, (i64, i64)>,
    /// By fairness key: when sends were counted that surely were not made, and how many recipients they have.
    pub(crate) freed: BTreeMap<String, Vec<(Time, u32)>>,
    /// What is told to programs: of which delivery, and its data.
    pub(crate) outcomes: Vec<(OutcomeKind, Option<i64>, Value)>,
}

impl Effects {
    /// Notes what a row was before and is now.
    pub(crate) fn note(&mut self, before: Before, row: &Row) {
        let Before { state: before, kind, counted_at } = before;
        if let Some(at) = counted_at
            && !still_counts(&row.delivery)
        {
            let freed = self.freed.entry(row.fairness_key.clone()).or_default();
            freed.push((at, row.delivery.recipients));
        }
        let after = row.delivery.state;
        let recipients = i64::from(row.delivery.recipients);
        if let Some(kind) = to_be_told(before, row) {
            self.outcomes.push((kind, Some(row.id), outcome_data(row)));
        }
        if let Some(campaign) = row.campaign
            && let Some(counted) = Count::after(before, after)
        {
            let counts = self.campaigns.entry(campaign).or_default();
            counts.add(Count::of(before), -recipients);
            counts.add(counted, recipients);
        }
        let counted = |kind: SendKind| Lane::of(kind).counts_recipients();
        if before != after && (counted(kind) || counted(row.delivery.kind)) {
            let (reserved, used) = self.quotas.entry(row.channel.clone()).or_default();
            if before == State::InFlight && counted(kind) {
                *reserved -= recipients;
            }
            if after == State::InFlight && counted(row.delivery.kind) {
                *reserved += recipients;
            }
            if after == State::Accepted && counted(row.delivery.kind) {
                *used += recipients;
            }
        }
    }
}

impl Effects {
    /// Its caller waited, and is gone without having been told of its refusal: programs are.
    pub(crate) fn tell_late(&mut self, row: &Row) {
        let kind = match row.delivery.state {
            State::Rejected => OutcomeKind::Rejected,
            State::Cancelled if row.campaign.is_none() => OutcomeKind::Cancelled,
            _ => return,
        };
        self.outcomes.push((kind, Some(row.id), outcome_data(row)));
    }
}

/// What a row's new state is to programs that must not miss it.
fn to_be_told(before: State, row: &Row) -> Option<OutcomeKind> {
    let after = row.delivery.state;
    let is_refused = matches!(after, State::Rejected | State::Cancelled);
    // A caller who waits is told first; a sweep tells the others, if that one is not.
    if before == after || (is_refused && row.delivery.watched_until.is_some()) {
        return None;
    }
    match after {
        // Who was told that it is unknown hears that it is not.
        State::Accepted if row.tells || before == State::Unknown => Some(OutcomeKind::Accepted),
        State::Rejected => Some(OutcomeKind::Rejected),
        State::Unknown => Some(OutcomeKind::Unknown),
        // Put away by its policy. A person who puts a dead letter away knows of it.
        State::Dropped if !matches!(before, State::Rejected | State::Unknown) => {
            Some(OutcomeKind::Unknown)
        }
        State::Cancelled if row.campaign.is_none() => Some(OutcomeKind::Cancelled),
        _ => None,
    }
}

fn outcome_data(row: &Row) -> Value {
    let delivery = &row.delivery;
    let error = delivery.last_error.as_ref().filter(|_| delivery.state != State::Accepted);
    json!({
        "id": row.id,
        "channel": row.channel,
        "kind": Lane::of(delivery.kind).name(),
        "state": delivery.state.name(),
        "created_at": row.created_at.to_string(),
        "recipients": delivery.recipients,
        "campaign": row.campaign,
        "idempotency_key": row.idempotency_key,
        "reference": answer::parsed(row.reference.as_deref()),
        "request_id": delivery.request_id,
        "sent_messages": answer::sent_messages(delivery.answer.as_deref())
            .iter()
            .map(|sent| json!({ "id": sent.id, "quote_token": sent.quote_token }))
            .collect::<Vec<_>>(),
        "attempts": delivery.attempts,
        "error": error.map(|message| json!({ "status": delivery.last_status, "message": message })),
    })
}

/// A count as a column takes it.
pub(crate) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether a row of this state may be forgotten after a while. Dead letters wait for a person.
pub(crate) const fn is_prunable(state: State) -> bool {
    matches!(state, State::Accepted | State::Cancelled | State::Split | State::Dropped)
}

/// How far a reader has dealt with the outcomes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutcomeCursorRow {
    pub(crate) name: String,
    /// The last one that was dealt with.
    pub(crate) after: i64,
    /// Who reads now.
    pub(crate) reader: Option<String>,
    /// Until when nobody else may.
    pub(crate) until: Option<Time>,
}
