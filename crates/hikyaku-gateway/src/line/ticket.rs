//! The ids by which callers know deliveries: UUIDs, since they stand where LINE's request ids do.

use hikyaku_sender::DeliveryId;
use uuid::{Builder, Uuid};

use crate::{State, token::SecretKind};

/// Bits of the second half that say which variant of UUID it is.
const VARIANT: u64 = 0b10 << 62;

/// The UUID of a delivery. It is the delivery's number, and a part of a keyed hash of it, so that nobody guesses another's.
pub(crate) fn ticket(state: &State, id: DeliveryId) -> Option<Uuid> {
    let number = u64::try_from(id.get()).ok().filter(|number| *number < VARIANT)?;
    let mut bytes = [0; 16];
    let (mark, rest) = bytes.split_at_mut(8);
    let hash = state.hash(SecretKind::Delivery, &number.to_string());
    mark.copy_from_slice(hash.get(..8)?);
    rest.copy_from_slice(&number.to_be_bytes());
    Some(Builder::from_custom_bytes(bytes).into_uuid())
}

/// The delivery that a UUID was made for.
pub(super) fn delivery(state: &State, id: &str) -> Option<DeliveryId> {
    let id: Uuid = id.parse().ok()?;
    let (_, number) = id.as_u64_pair();
    let found = DeliveryId::from(i64::try_from(number ^ VARIANT).ok()?);
    (ticket(state, found)? == id).then_some(found)
}
