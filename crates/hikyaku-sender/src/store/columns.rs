//! The columns of deliveries, once for all back ends: their names with PostgreSQL's types, and their values in the same
//! order. What is read of them is beside it, in [`read`](super::read).

use uuid::Uuid;

use super::{Fresh, Payload};
use crate::{
    Lane, Time,
    delivery::{Delivery, Place},
};

/// A column's name and its type in PostgreSQL.
pub(super) type Column = (&'static str, &'static str);

/// What is written once.
pub(super) const FIXED: [Column; 14] = [
    ("channel", "text"),
    ("campaign", "bigint"),
    ("created_at", "bigint"),
    ("kind", "smallint"),
    ("recipients", "integer"),
    ("on_unknown", "smallint"),
    ("idempotency_key", "text"),
    ("reference", "text"),
    ("ordered", "text"),
    ("tells", "smallint"),
    ("verbatim", "smallint"),
    ("fairness_key", "text"),
    ("chunk", "bigint"),
    ("priority", "smallint"),
];

/// What each step may change.
pub(super) const CHANGING: [Column; 21] = [
    ("lane", "smallint"),
    ("state", "smallint"),
    ("retry_key", "uuid"),
    ("key_used_at", "bigint"),
    ("first_maybe_at", "bigint"),
    ("claimed_at", "bigint"),
    ("lease_until", "bigint"),
    ("fence", "bigint"),
    ("attempts", "integer"),
    ("due", "bigint"),
    ("expires_at", "bigint"),
    ("request_id", "text"),
    ("last_status", "integer"),
    ("last_error", "text"),
    ("worker", "text"),
    ("first_attempt", "text"),
    ("answer", "text"),
    ("turn", "bigint"),
    ("behind", "smallint"),
    ("watched_until", "bigint"),
    ("told_at", "bigint"),
];

/// What is sent.
pub(super) const PAYLOAD: [Column; 5] = [
    ("ids", "bytea"),
    ("body", "text"),
    ("delivery_tag", "text"),
    ("traceparent", "text"),
    ("tracestate", "text"),
];

/// A value on its way into a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Integer(Option<i64>),
    Text(Option<&'a str>),
    Bytes(&'a [u8]),
    Uuid(Uuid),
}

impl Value<'_> {
    fn number(number: impl Into<i64>) -> Self {
        Self::Integer(Some(number.into()))
    }

    fn time(time: Option<Time>) -> Self {
        Self::Integer(time.map(Time::as_millis))
    }
}

/// The values of [`FIXED`].
pub(super) fn fixed(it: &Fresh) -> [Value<'_>; FIXED.len()] {
    [
        Value::Text(Some(&it.channel)),
        Value::Integer(it.campaign),
        Value::time(Some(it.created_at)),
        Value::number(Lane::of(it.delivery.enqueued_as()).code()),
        Value::number(it.delivery.recipients),
        Value::number(it.delivery.on_unknown.code()),
        Value::Text(it.idempotency_key.as_deref()),
        Value::Text(it.reference.as_deref()),
        Value::Text(it.delivery.order.as_ref().map(|order| order.key.as_str())),
        Value::number(i16::from(it.tells)),
        Value::number(i16::from(it.delivery.verbatim)),
        Value::Text(Some(&it.fairness_key)),
        Value::Integer(it.chunk),
        Value::number(it.priority.code()),
    ]
}

/// The values of [`CHANGING`].
pub(super) fn changing(it: &Delivery) -> [Value<'_>; CHANGING.len()] {
    [
        Value::number(it.lane().code()),
        Value::number(it.state.code()),
        Value::Uuid(it.retry_key),
        Value::time(it.key_used_at),
        Value::time(it.first_maybe_at),
        Value::time(it.claimed_at),
        Value::time(it.lease_until),
        Value::number(it.fence),
        Value::number(it.attempts),
        Value::time(Some(it.due)),
        Value::time(it.expires_at),
        Value::Text(it.request_id.as_deref()),
        Value::Integer(it.last_status.map(i64::from)),
        Value::Text(it.last_error.as_deref()),
        Value::Text(it.worker.as_deref()),
        Value::Text(it.first_attempt.as_deref()),
        Value::Text(it.answer.as_deref()),
        Value::time(it.order.as_ref().and_then(|order| order.turn)),
        Value::number(it.order.as_ref().map_or(Place::Free, |order| order.place).code()),
        Value::time(it.watched_until),
        Value::time(it.told_at),
    ]
}

/// The values of [`PAYLOAD`].
pub(super) fn payload(it: &Payload) -> [Value<'_>; PAYLOAD.len()] {
    let body = it.body.as_ref();
    [
        Value::Bytes(it.recipients.as_bytes()),
        Value::Text(body.map(|body| body.json.as_str())),
        Value::Text(body.and_then(|body| body.delivery_tag.as_deref())),
        Value::Text(it.trace.as_ref().map(|trace| trace.parent.as_str())),
        Value::Text(it.trace.as_ref().and_then(|trace| trace.state.as_deref())),
    ]
}

/// Something of each column, as a list in SQL.
pub(super) fn list<'a>(
    columns: impl IntoIterator<Item = &'a Column>,
    of: impl FnMut(&'a Column) -> String,
) -> String {
    columns.into_iter().map(of).collect::<Vec<_>>().join(", ")
}

pub(super) fn names<'a>(columns: impl IntoIterator<Item = &'a Column>) -> String {
    list(columns, |(name, _)| (*name).to_owned())
}
