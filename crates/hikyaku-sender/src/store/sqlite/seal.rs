//! Checksums over what decides what is sent. `SQLite` notices a damaged tree, but not a damaged value.

use super::super::{Payload, Row};
use crate::{Lane, Time};

/// FNV-1a: one changed byte always changes it, and it costs next to nothing.
struct Sum(u64);

impl Sum {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    fn number(self, number: i64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    fn time(self, time: Option<Time>) -> Self {
        self.number(time.map_or(i64::MIN, Time::as_millis))
    }

    fn text(self, text: Option<&str>) -> Self {
        self.bytes(text.unwrap_or("\0").as_bytes())
    }

    fn finish(self) -> i64 {
        self.0.cast_signed()
    }
}

pub(super) fn row(row: &Row) -> i64 {
    let it = &row.delivery;
    Sum::new()
        .bytes(row.channel.as_bytes())
        .number(row.campaign.unwrap_or(i64::MIN))
        .number(i64::from(Lane::of(it.kind).code()))
        .number(i64::from(it.state.code()))
        .number(i64::from(it.recipients))
        .number(i64::from(it.on_unknown.code()))
        .bytes(it.retry_key.as_bytes())
        .time(it.key_used_at)
        .time(it.first_maybe_at)
        .time(it.claimed_at)
        .time(it.lease_until)
        .number(it.fence)
        .number(i64::from(it.attempts))
        .time(Some(it.due))
        .time(it.expires_at)
        .text(it.request_id.as_deref())
        .finish()
}

pub(super) fn payload(payload: &Payload) -> i64 {
    let body = payload.body.as_ref();
    Sum::new()
        .bytes(payload.recipients.as_bytes())
        .text(body.map(|body| body.json.as_str()))
        .text(body.and_then(|body| body.delivery_tag.as_deref()))
        .finish()
}
