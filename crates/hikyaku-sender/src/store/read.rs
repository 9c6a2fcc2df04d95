//! From a store's rows to ours, column by column. What does not fit is damage.

use std::sync::{Arc, LazyLock};

use hikyaku_model::SendKind;
use uuid::Uuid;

use super::{
    Body, CampaignCounts, CampaignRow, CampaignState, Cursor, NewCampaign, OutcomeCursorRow,
    Payload, Quota, Result, Row, Stored,
    columns::{self, CHANGING, FIXED},
};
use crate::{
    Attempt, Beyond, Budget, Error, Hold, HoldId, Lane, Per, Priority, State, Time, UnknownPolicy,
    delivery::{Delivery, Order, Place},
    fairness::Served,
    outcome::{NewOutcome, Outcome, OutcomeKind},
    pace::{Bucket, HoldReason},
    recipients::Recipients,
    trace_context::TraceContext,
};

/// How many of the columns that are written once [`row`] reads; [`stored`] reads the others.
const FIXED_IN_ROW: usize = 12;

/// The columns that [`row`] reads.
pub(super) static ROW: LazyLock<String> = LazyLock::new(|| {
    format!("id, {}", columns::names(FIXED.iter().take(FIXED_IN_ROW).chain(&CHANGING)))
});

/// The columns that [`payload`] reads.
pub(super) static PAYLOAD: LazyLock<String> = LazyLock::new(|| columns::names(&columns::PAYLOAD));

/// The columns that [`stored`] reads.
pub(super) static MORE: LazyLock<String> =
    LazyLock::new(|| columns::names(FIXED.iter().skip(FIXED_IN_ROW)));

/// The columns that [`campaign`] reads.
pub(super) const CAMPAIGN: &str = "id, channel, idempotency_key, digest, seed, body, personal, dedupe, priority, on_unknown, due, \
    expires_at, state, created_at, cursor_bytes, cursor_lines, cursor_chunks, cursor_digest, cursor_done, total, accepted, rejected, \
    unknown, cancelled, repeated, bad_lines";

/// The columns that [`bucket`] reads.
pub(super) const BUCKET: &str = "channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason, served_high, served_normal, served_low";

/// The columns that [`hold`] reads.
pub(super) const HOLD: &str = "id, channel, lane, fairness_key, reason, who, at, until";

/// The columns that [`quota`] reads.
pub(super) const QUOTA: &str = "most, used, reserved, checked_at";

/// One row of an answer, whose columns are read one after the other.
pub(super) trait Columns {
    /// A whole number of any width, or a truth value as 0 and 1.
    fn integer(&mut self) -> Result<Option<i64>>;
    fn real(&mut self) -> Result<f64>;
    fn text_if_any(&mut self) -> Result<Option<String>>;
    fn bytes(&mut self) -> Result<Vec<u8>>;
    fn uuid(&mut self) -> Result<Uuid>;
}

impl dyn Columns + '_ {
    pub(super) fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        known(self.number_if_any()?)
    }

    fn number_if_any<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        self.integer()?.map(|number| known(T::try_from(number).ok())).transpose()
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        Ok(self.number::<i64>()? != 0)
    }

    pub(super) fn text(&mut self) -> Result<String> {
        known(self.text_if_any()?)
    }

    pub(super) fn time(&mut self) -> Result<Time> {
        self.number().map(Time::from_millis)
    }

    pub(super) fn time_if_any(&mut self) -> Result<Option<Time>> {
        Ok(self.integer()?.map(Time::from_millis))
    }

    pub(super) fn code<T>(&mut self, from: impl Fn(i16) -> Option<T>) -> Result<T> {
        known(from(self.number()?))
    }
}

/// What every row holds, because it was written.
pub(super) fn known<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::damaged("a row holds a value that was never written"))
}

pub(super) fn row(it: &mut dyn Columns) -> Result<Row> {
    let (id, channel, campaign, created_at) = (it.number()?, it.text()?, it.integer()?, it.time()?);
    let enqueued_as = it.code(|code| Lane::from_code(code)?.kind())?;
    let (recipients, on_unknown) = (it.number()?, it.code(UnknownPolicy::from_code)?);
    let (idempotency_key, reference) = (it.text_if_any()?, it.text_if_any()?);
    let ordered = it.text_if_any()?;
    let (tells, verbatim) = (it.flag()?, it.flag()?);
    let fairness_key = it.text()?;
    // It follows from the others, but for a push that is a reply first.
    let or_push = it.code(Lane::from_code)? == Lane::Reply && enqueued_as == SendKind::Push;
    Ok(Row {
        id,
        channel,
        campaign,
        created_at,
        idempotency_key,
        reference,
        tells,
        fairness_key,
        delivery: Delivery {
            kind: if or_push { SendKind::Reply } else { enqueued_as },
            or_push,
            recipients,
            on_unknown,
            state: it.code(State::from_code)?,
            retry_key: it.uuid()?,
            key_used_at: it.time_if_any()?,
            first_maybe_at: it.time_if_any()?,
            claimed_at: it.time_if_any()?,
            lease_until: it.time_if_any()?,
            fence: it.number()?,
            attempts: it.number()?,
            due: it.time()?,
            expires_at: it.time_if_any()?,
            request_id: it.text_if_any()?,
            last_status: it.number_if_any()?,
            last_error: it.text_if_any()?,
            worker: it.text_if_any()?.map(Arc::from),
            first_attempt: it.text_if_any()?,
            answer: it.text_if_any()?,
            order: order(it, ordered)?,
            watched_until: it.time_if_any()?,
            told_at: it.time_if_any()?,
            verbatim,
        },
    })
}

fn order(it: &mut dyn Columns, key: Option<String>) -> Result<Option<Order>> {
    let (turn, place) = (it.time_if_any()?, it.code(Place::from_code)?);
    Ok(key.map(|key| Order { key, turn, place }))
}

pub(super) fn payload(it: &mut dyn Columns) -> Result<Payload> {
    let recipients = known(Recipients::from_bytes(it.bytes()?))?;
    let (json, delivery_tag) = (it.text_if_any()?, it.text_if_any()?);
    let (parent, state) = (it.text_if_any()?, it.text_if_any()?);
    Ok(Payload {
        recipients,
        body: json.map(|json| Body { json, delivery_tag }),
        trace: parent.map(|parent| TraceContext { parent, state }),
    })
}

/// What is left of a delivery whose row and payload were read.
pub(super) fn stored(row: Row, payload: Payload, it: &mut dyn Columns) -> Result<Stored> {
    Ok(Stored { row, payload, chunk: it.integer()?, priority: it.code(Priority::from_code)? })
}

/// A request, and the delivery that it was made for; nothing where it cannot be read.
pub(super) fn attempt(it: &mut dyn Columns) -> Result<Option<(i64, Attempt)>> {
    let delivery = it.number()?;
    Ok(Attempt::from_kept(&it.text()?).map(|attempt| (delivery, attempt)))
}

/// The columns that [`outcome`] reads.
pub(super) const OUTCOME: &str = "id, message, at, kind, delivery, body";

pub(super) fn outcome(it: &mut dyn Columns) -> Result<Outcome> {
    let id = it.number()?;
    let new = NewOutcome {
        message: it.uuid()?,
        at: it.time()?,
        kind: it.code(OutcomeKind::from_code)?,
        delivery: it.integer()?,
        body: it.text()?,
    };
    Ok(new.at(id))
}

/// The columns that [`outcome_cursor`] reads.
pub(super) const OUTCOME_CURSOR: &str = "name, after, reader, until";

pub(super) fn outcome_cursor(it: &mut dyn Columns) -> Result<OutcomeCursorRow> {
    Ok(OutcomeCursorRow {
        name: it.text()?,
        after: it.number()?,
        reader: it.text_if_any()?,
        until: it.time_if_any()?,
    })
}

/// The id of a campaign and the digest of what it stands for.
pub(super) fn id_and_digest(it: &mut dyn Columns) -> Result<(i64, Vec<u8>)> {
    Ok((it.number()?, it.bytes()?))
}

pub(super) fn campaign(it: &mut dyn Columns) -> Result<CampaignRow> {
    let campaign = CampaignRow {
        id: it.number()?,
        spec: NewCampaign {
            channel: it.text()?,
            idempotency_key: it.text_if_any()?,
            digest: it.bytes()?,
            seed: it.uuid()?,
            body: it.text()?,
            personal: it.flag()?,
            dedupe: it.flag()?,
            priority: it.code(Priority::from_code)?,
            on_unknown: it.code(UnknownPolicy::from_code)?,
            due: it.time()?,
            expires_at: it.time_if_any()?,
            state: it.code(CampaignState::from_code)?,
            created_at: it.time()?,
        },
        cursor: Cursor {
            bytes: it.number()?,
            lines: it.number()?,
            chunks: it.number()?,
            digest: it.bytes()?,
            done: it.flag()?,
        },
        counts: CampaignCounts {
            total: it.number()?,
            accepted: it.number()?,
            rejected: it.number()?,
            unknown: it.number()?,
            cancelled: it.number()?,
            repeated: it.number()?,
            bad_lines: it.number()?,
        },
    };
    let NewCampaign { personal, dedupe, body, digest, .. } = &campaign.spec;
    if *digest != NewCampaign::digest_of(*personal, *dedupe, body) {
        return Err(Error::damaged("the contents of a campaign are not what was written"));
    }
    Ok(campaign)
}

pub(super) fn bucket(it: &mut dyn Columns) -> Result<(String, Lane, Bucket)> {
    let (channel, lane) = (it.text()?, it.code(Lane::from_code)?);
    let bucket = Bucket {
        tokens: it.real()?,
        at: it.time()?,
        slow: it.real()?,
        slowed_at: it.time()?,
        strikes: it.number()?,
        hold_until: it.time_if_any()?,
        hold_reason: it.number_if_any()?.and_then(HoldReason::from_code),
        served: Served { high: it.text()?, normal: it.text()?, low: it.text()? },
    };
    Ok((channel, lane, bucket))
}

pub(super) fn hold(it: &mut dyn Columns) -> Result<Hold> {
    Ok(Hold {
        id: HoldId(it.number()?),
        channel: it.text_if_any()?,
        lane: it.number_if_any()?.map(|code| known(Lane::from_code(code))).transpose()?,
        fairness_key: it.text_if_any()?,
        reason: it.text()?,
        who: it.text()?,
        at: it.time()?,
        until: it.time_if_any()?,
    })
}

/// The columns that [`budget`] reads.
pub(super) const BUDGET: &str = "fairness_key, most, per, beyond, used, since, until, used_up";

/// Those of what is used up and keeps something back until later than the first parameter; 0 waits.
pub(super) const USED_UP: &str = "used_up = 1 AND beyond = 0";

pub(super) fn budget(it: &mut dyn Columns) -> Result<Budget> {
    Ok(Budget {
        fairness_key: it.text()?,
        limit: it.number()?,
        per: it.code(Per::from_code)?,
        beyond: it.code(Beyond::from_code)?,
        used: it.number()?,
        since: it.time()?,
        until: it.time()?,
        used_up: it.flag()?,
    })
}

pub(super) fn quota(it: &mut dyn Columns) -> Result<Quota> {
    Ok(Quota {
        limit: it.integer()?,
        used: it.number()?,
        reserved: it.number()?,
        checked_at: it.time()?,
    })
}

/// How many deliveries are in one state; nothing for a state that this version does not know.
pub(super) fn tally(it: &mut dyn Columns) -> Result<Option<(State, u64)>> {
    let (state, count) = (State::from_code(it.number()?), it.number()?);
    Ok(state.map(|state| (state, count)))
}
