//! Pushes that carry several notifications: where LINE refuses one for a message in it, each goes by itself.

use hikyaku_sender::{Listed, State};

/// Whether a push carries several notifications.
pub(crate) fn is_joined(listed: &Listed) -> bool {
    listed.reference.as_ref().is_some_and(|it| it["joined"].is_u64())
}

/// Whether a push was refused for one of its messages, and carries several notifications.
pub(crate) fn is_to_part(refused: &Listed) -> bool {
    let why = refused.last_error.as_deref().unwrap_or_default();
    is_joined(refused) && refused.state == State::Rejected && why.contains("messages[")
}
