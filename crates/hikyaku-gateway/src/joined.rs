//! Pushes that carry several notifications: where LINE refuses one for a message in it, each goes by itself.

use hikyaku_sender::{DeliveryId, Listed, Outbox, State as DeliveryState};
use serde_json::Value;

use crate::{Error, State};

/// Whether a push was refused for one of its messages, and carries several notifications.
pub(crate) fn is_to_part(refused: &Listed) -> bool {
    let is_joined = refused.reference.as_ref().is_some_and(|it| it["joined"].is_u64());
    let why = refused.last_error.as_deref().unwrap_or_default();
    is_joined && refused.state == DeliveryState::Rejected && why.contains("messages[")
}

/// Looks at a refused send, whichever it was. `data` is that of the outcome.
pub(crate) async fn deal(outbox: &Outbox, state: &State, data: &Value) -> Result<(), Error> {
    if !data["reference"]["joined"].is_u64() {
        return Ok(());
    }
    let Some(id) = data["id"].as_i64().map(DeliveryId::from) else { return Ok(()) };
    match outbox.show(id).await?.filter(is_to_part) {
        Some(refused) => {
            tracing::warn!(delivery = %refused.id, "LINE refuses a message, so those that were joined are sent one by one");
            state.part(refused.id).await
        }
        None => Ok(()),
    }
}
