//! What ways to send are called in JSON, and in the paths of their statistics.

use hikyaku_model::SendKind;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// What a way to send is called.
pub(crate) fn word(kind: SendKind) -> &'static str {
    match kind {
        SendKind::Reply => "reply",
        SendKind::Push => "push",
        SendKind::Multicast => "multicast",
        SendKind::Narrowcast => "narrowcast",
        SendKind::Broadcast => "broadcast",
        SendKind::PhoneNumber => "pnp",
    }
}

/// The way to send that is called so.
pub(crate) fn of(word_of: &str) -> Option<SendKind> {
    SendKind::ALL.into_iter().find(|kind| word(*kind) == word_of)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) fn serialize<S: Serializer>(kind: &SendKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*kind))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SendKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    of(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no way to send")))
}
