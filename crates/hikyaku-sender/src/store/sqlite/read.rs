//! From `SQLite`'s rows to ours. What does not fit, or does not match its seal, is damage.

use rusqlite::{Row as Sql, types::FromSql};
use uuid::Uuid;

use super::{
    super::{
        Body, Campaign, CampaignCounts, CampaignState, Cursor, NewCampaign, Payload, Row, Stored,
    },
    failed, seal,
};
use crate::{
    Error, Lane, Priority, State, Time, UnknownPolicy,
    delivery::Delivery,
    pace::{Bucket, HoldReason},
    recipients::Recipients,
    store::Result,
};

/// The columns that [`row`] reads.
pub(super) const ROW: &str = "id, channel, campaign, kind, state, recipients, on_unknown, retry_key, key_used_at, \
    first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, request_id, last_status, last_error, seal";

/// The columns that [`payload`] reads.
pub(super) const PAYLOAD: &str = "delivery, ids, body, delivery_tag, payload_seal";

/// The columns that [`stored`] reads after those of [`ROW`] and [`PAYLOAD`].
pub(super) const MORE: &str = "priority, idempotency_key, chunk, created_at, digest";

/// The columns that [`campaign`] reads.
pub(super) const CAMPAIGN: &str = "id, channel, idempotency_key, digest, seed, body, personal, dedupe, priority, on_unknown, due, \
    expires_at, state, created_at, cursor_bytes, cursor_lines, cursor_chunks, cursor_digest, cursor_done, total, accepted, rejected, \
    unknown, cancelled, repeated, bad_lines";

/// The columns that [`bucket`] reads.
pub(super) const BUCKET: &str =
    "channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason";

/// Reads one column after the other.
struct Columns<'a> {
    row: &'a Sql<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    fn new(row: &'a Sql<'a>) -> Self {
        Self { row, next: 0 }
    }

    fn get<T: FromSql>(&mut self) -> Result<T> {
        let value = self.row.get(self.next).map_err(|why| match why {
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => {
                Error::damaged("a value is of another type than was written").because(why)
            }
            why => failed(why),
        });
        self.next += 1;
        value
    }

    fn time(&mut self) -> Result<Time> {
        Ok(Time::from_millis(self.get()?))
    }

    fn time_if_any(&mut self) -> Result<Option<Time>> {
        Ok(self.get::<Option<i64>>()?.map(Time::from_millis))
    }

    fn code<T>(&mut self, from: impl Fn(i16) -> Option<T>) -> Result<T> {
        known(from(self.get()?))
    }

    fn uuid(&mut self) -> Result<Uuid> {
        known(Uuid::from_slice(&self.get::<Vec<u8>>()?).ok())
    }
}

fn known<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::damaged("a row holds a value that was never written"))
}

pub(super) fn row(sql: &Sql<'_>) -> Result<Row> {
    let mut it = Columns::new(sql);
    row_of(&mut it)
}

fn row_of(it: &mut Columns<'_>) -> Result<Row> {
    let (id, channel, campaign) = (it.get()?, it.get()?, it.get()?);
    let delivery = Delivery {
        kind: it.code(|code| Lane::from_code(code)?.kind())?,
        state: it.code(State::from_code)?,
        recipients: it.get()?,
        on_unknown: it.code(UnknownPolicy::from_code)?,
        retry_key: it.uuid()?,
        key_used_at: it.time_if_any()?,
        first_maybe_at: it.time_if_any()?,
        claimed_at: it.time_if_any()?,
        lease_until: it.time_if_any()?,
        fence: it.get()?,
        attempts: it.get()?,
        due: it.time()?,
        expires_at: it.time_if_any()?,
        request_id: it.get()?,
        last_status: it.get()?,
        last_error: it.get()?,
    };
    let row = Row { id, channel, campaign, delivery };
    if it.get::<i64>()? != seal::row(&row) {
        return Err(Error::damaged(format!("delivery {id} is not as it was written")));
    }
    Ok(row)
}

pub(super) fn payload(sql: &Sql<'_>) -> Result<(i64, Payload)> {
    payload_of(&mut Columns::new(sql))
}

fn payload_of(it: &mut Columns<'_>) -> Result<(i64, Payload)> {
    let id = it.get()?;
    let recipients = known(Recipients::from_bytes(it.get()?))?;
    let (json, delivery_tag): (Option<String>, _) = (it.get()?, it.get()?);
    let payload = Payload { recipients, body: json.map(|json| Body { json, delivery_tag }) };
    if it.get::<i64>()? != seal::payload(&payload) {
        return Err(Error::damaged(format!("what delivery {id} sends is not as it was written")));
    }
    Ok((id, payload))
}

pub(super) fn stored(sql: &Sql<'_>) -> Result<Stored> {
    let mut it = Columns::new(sql);
    let row = row_of(&mut it)?;
    let (_, payload) = payload_of(&mut it)?;
    Ok(Stored {
        row,
        payload,
        priority: it.code(Priority::from_code)?,
        idempotency_key: it.get()?,
        chunk: it.get()?,
        created_at: it.time()?,
        digest: it.get()?,
    })
}

pub(super) fn campaign(sql: &Sql<'_>) -> Result<Campaign> {
    let mut it = Columns::new(sql);
    Ok(Campaign {
        id: it.get()?,
        spec: NewCampaign {
            channel: it.get()?,
            idempotency_key: it.get()?,
            digest: it.get()?,
            seed: it.uuid()?,
            body: it.get()?,
            personal: it.get()?,
            dedupe: it.get()?,
            priority: it.code(Priority::from_code)?,
            on_unknown: it.code(UnknownPolicy::from_code)?,
            due: it.time()?,
            expires_at: it.time_if_any()?,
            state: it.code(CampaignState::from_code)?,
            created_at: it.time()?,
        },
        cursor: Cursor {
            bytes: it.get()?,
            lines: it.get()?,
            chunks: it.get()?,
            digest: it.get()?,
            done: it.get()?,
        },
        counts: CampaignCounts {
            total: it.get()?,
            accepted: it.get()?,
            rejected: it.get()?,
            unknown: it.get()?,
            cancelled: it.get()?,
            repeated: it.get()?,
            bad_lines: it.get()?,
        },
    })
}

pub(super) fn bucket(sql: &Sql<'_>) -> Result<(String, Lane, Bucket)> {
    let mut it = Columns::new(sql);
    let (channel, lane) = (it.get()?, it.code(Lane::from_code)?);
    let bucket = Bucket {
        tokens: it.get()?,
        at: it.time()?,
        slow: it.get()?,
        slowed_at: it.time()?,
        strikes: it.get()?,
        hold_until: it.time_if_any()?,
        hold_reason: it.get::<Option<i16>>()?.and_then(HoldReason::from_code),
    };
    Ok((channel, lane, bucket))
}
