//! Checksums over what decides what is sent. `SQLite` notices a damaged tree, but not a damaged value.

use crate::{
    Lane, Time,
    delivery::{Delivery, Order},
    store::Payload,
};

/// FNV-1a on words of eight bytes: each step can be undone, so one changed word always changes it.
struct Sum(u64);

impl Sum {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        bytes.chunks(8).fold(self.word(bytes.len() as u64), |sum, bytes| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            sum.word(u64::from_le_bytes(word))
        })
    }

    fn word(self, word: u64) -> Self {
        Self((self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29))
    }

    fn number(self, number: i64) -> Self {
        self.word(number.cast_unsigned())
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

pub(super) fn row(channel: &str, campaign: Option<i64>, it: &Delivery) -> i64 {
    row_with_state(channel, campaign, it, it.state.code())
}

/// That of a row whose state is written with this code.
pub(super) fn row_with_state(
    channel: &str,
    campaign: Option<i64>,
    it: &Delivery,
    state: i16,
) -> i64 {
    let sum = Sum::new()
        .bytes(channel.as_bytes())
        .number(campaign.unwrap_or(i64::MIN))
        .number(i64::from(Lane::of(it.kind).code()))
        .number(i64::from(state))
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
        .text(it.request_id.as_deref());
    // Rows without it have the seal that they had before there was such a thing; so have those without an order key.
    let sum = if it.verbatim { sum.text(Some("verbatim")) } else { sum };
    let Some(Order { key, turn, place }) = &it.order else { return sum.finish() };
    sum.bytes(key.as_bytes()).time(*turn).number(place.code().into()).finish()
}

pub(super) fn payload(payload: &Payload) -> i64 {
    let body = payload.body.as_ref();
    Sum::new()
        .bytes(payload.recipients.as_bytes())
        .text(body.map(|body| body.json.as_str()))
        .text(body.and_then(|body| body.delivery_tag.as_deref()))
        .finish()
}
