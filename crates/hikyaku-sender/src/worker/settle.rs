use std::{sync::Arc, time::Duration};

use super::Shared;
use crate::store::step::{Attempt, Settle, Settled};

/// The longest pause between two tries to write outcomes down.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a store that fails is tried before its leases are left to end by themselves.
const TRIES: u32 = 20;

/// What a settlement came to.
pub(super) struct Ended {
    /// How many deliveries it was about.
    pub(super) released: usize,
    pub(super) settled: Vec<Settled>,
}

/// Writes down what came of attempts, however often the store has to be asked.
pub(super) async fn settle(shared: &Shared, attempts: Vec<Attempt>) -> Ended {
    let released = attempts.len();
    let attempts: Arc<[Attempt]> = attempts.into();
    shared.step("before settle");
    let mut pause = Duration::from_millis(50);
    for _ in 0..TRIES {
        match shared.inner.store.run(Settle(attempts.clone())).await {
            Ok(settled) => {
                shared.step("after settle");
                shared.inner.events.tell_settled(&settled);
                shared.inner.store.news().tell();
                return Ended { released, settled };
            }
            Err(why) => {
                tracing::warn!(%why, outcomes = released, "outcomes could not be written down");
                if !why.is_retryable() {
                    break;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    // Their retry keys make it harmless to send them again.
    tracing::error!(
        outcomes = released,
        "outcomes were given up; their deliveries are sent again when their leases end"
    );
    Ended { released, settled: Vec::new() }
}
