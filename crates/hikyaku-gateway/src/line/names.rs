//! Which calls are one send.

use hikyaku::RetryKey;
use hikyaku_model::SendKind;
use hikyaku_sender::Lane;
use http::{HeaderMap, StatusCode};
use ring::digest::{SHA256, digest};

use super::answers::{OrAnswer, plain};
use crate::{answer::Answer, one_header};

/// What names a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// LINE's own header, within the channel.
    RetryKey(RetryKey),
    /// Ours, within the API key.
    Idempotency(String),
    /// A reply is its token's.
    ReplyToken,
    /// Each call is a send of its own.
    None,
}

impl Name {
    pub(super) fn read(kind: SendKind, headers: &HeaderMap) -> OrAnswer<Self> {
        let refuse = |message| Err(Box::new(plain(StatusCode::BAD_REQUEST, message)));
        if let Some(key) = one(headers, "x-line-retry-key")? {
            if !Lane::of(kind).has_retry_key() {
                return refuse("The retry key is not supported by this API");
            }
            // Forms without hyphens are no UUIDs to LINE.
            return match key.parse() {
                Ok(read) if key.len() == 36 => Ok(Self::RetryKey(read)),
                _ => refuse("The retry key is invalid"),
            };
        }
        if kind == SendKind::Reply {
            return Ok(Self::ReplyToken);
        }
        let key = one_header::idempotency_key(headers, "Idempotency-Key").map_err(refusal)?;
        Ok(key.map_or(Self::None, |key| Self::Idempotency(key.to_owned())))
    }

    /// The name in the outbox, of a send with this token and by the API key of this number.
    pub(super) fn in_outbox(&self, key: i64, reply_token: &str) -> Option<String> {
        match self {
            // The sender names it.
            Self::RetryKey(_) | Self::None => None,
            Self::Idempotency(name) => Some(format!("line:{key}:{name}")),
            // Names are shown, and the token is a secret.
            Self::ReplyToken => Some(format!("reply:{:032x}", hash(reply_token))),
        }
    }
}

/// The value of a header; an empty one is absent.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &str) -> OrAnswer<Option<&'a str>> {
    one_header::one(headers, name).map_err(refusal)
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn refusal(why: String) -> Box<Answer> {
    Box::new(plain(StatusCode::BAD_REQUEST, &why))
}

/// The first half of a text's SHA-256: enough to name it, and nothing to find it by.
fn hash(text: &str) -> u128 {
    let digest = digest(&SHA256, text.as_bytes());
    let bytes = digest.as_ref().first_chunk().copied().unwrap_or_default();
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: SendKind, name: &'static str, value: &'static str) -> Option<Name> {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        Name::read(kind, &headers).ok()
    }

    #[test]
    fn a_retry_key_is_a_uuid_of_any_case() {
        let key = "123e4567-e89b-12d3-a456-426614174000";
        let named = |value| read(SendKind::Push, "x-line-retry-key", value);
        assert_eq!(named(key), Some(Name::RetryKey(key.parse().unwrap())));
        assert_eq!(named("123E4567-E89B-12D3-A456-426614174000"), named(key));
        assert_eq!(named(""), Some(Name::None));
        for wrong in ["abc", "123e4567e89b12d3a456426614174000"] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
        for kind in [SendKind::Reply, SendKind::PhoneNumber] {
            assert_eq!(read(kind, "x-line-retry-key", key), None);
        }
    }

    #[test]
    fn names_of_other_kinds() {
        let named = |value| read(SendKind::Broadcast, "idempotency-key", value);
        assert_eq!(named("\"a b\""), None);
        assert_eq!(named("\"order-17\""), named("order-17"));
        assert_eq!(named("order-17").unwrap().in_outbox(3, ""), Some("line:3:order-17".into()));
        let reply = read(SendKind::Reply, "idempotency-key", "a").unwrap();
        assert_eq!(reply, Name::ReplyToken);
        let name = reply.in_outbox(1, "t0ken").unwrap();
        assert!(name.len() == 38 && !name.contains("t0ken"));
    }
}
