//! Deliveries for channels that this worker does not have. Perhaps no worker has: a name may be misspelt.

use std::{collections::HashSet, time::Duration};

use super::Shared;
use crate::{Event, Waiting, WaitingFor, store::step::DueElsewhere};

/// How long such a delivery has been due before it is worth a warning, where other workers may have its channel.
const PATIENCE: Duration = Duration::from_secs(60);

/// The lanes of other channels that have due deliveries, and since when. A store that cannot tell is no reason to fail.
pub(super) async fn waiting(shared: &Shared, due_for: Duration) -> Vec<Waiting> {
    let served = shared.served().channels.keys().cloned().collect();
    match shared.inner.store.read(DueElsewhere(served)).await {
        Ok((now, mut due)) => {
            due.retain(|lane| now.since(lane.due) >= due_for);
            due.iter().map(|lane| lane.waits_for(WaitingFor::Worker, lane.due)).collect()
        }
        Err(why) => {
            tracing::warn!(%why, "the store did not say what is due for other channels");
            Vec::new()
        }
    }
}

/// Warns of each such channel once.
#[derive(Default)]
pub(super) struct Warnings(HashSet<String>);

impl Warnings {
    pub(super) async fn warn(&mut self, shared: &Shared) {
        let patience = if shared.is_alone { Duration::ZERO } else { PATIENCE };
        for lane in waiting(shared, patience).await {
            if self.0.insert(lane.channel.clone()) {
                tracing::warn!(
                    channel = lane.channel,
                    kind = lane.lane.name(),
                    since = lane.until.map(tracing::field::display),
                    "deliveries wait for a channel that this worker does not have; is its name right?"
                );
                shared.inner.events.tell(|| Event::Waiting(lane));
            }
        }
    }
}
