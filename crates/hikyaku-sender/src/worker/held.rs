//! Holds that people have placed. A worker that sends nothing because of one says so.

use std::collections::HashSet;

use super::Shared;
use crate::{HoldId, store::step::ListHolds};

/// Warns of each hold once.
#[derive(Default)]
pub(super) struct HoldWarnings(HashSet<HoldId>);

impl HoldWarnings {
    pub(super) async fn warn(&mut self, shared: &Shared) {
        let holds = match shared.inner.store.read(ListHolds).await {
            Ok(holds) => holds,
            Err(why) => return tracing::warn!(%why, "the store did not say which lanes are held"),
        };
        for hold in holds {
            if self.0.insert(hold.id) {
                tracing::warn!(
                    hold = %hold.id,
                    channel = hold.channel,
                    kind = hold.lane.map(crate::Lane::name),
                    fairness_key = hold.fairness_key,
                    who = hold.who,
                    reason = hold.reason,
                    "sends wait until a person releases them"
                );
            }
        }
    }
}
