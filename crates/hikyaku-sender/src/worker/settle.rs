use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::Shared;
use crate::{
    Error,
    store::step::{Attempt, Settle, Settled},
};

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

/// Writes down what came of attempts, however often the store has to be asked. What the store refuses to write never
/// keeps the others from being written.
pub(super) async fn settle(shared: &Shared, attempts: Vec<Attempt>) -> Ended {
    let ids: Vec<i64> = attempts.iter().map(|it| it.id).collect();
    let mut settled = Vec::new();
    let mut batches: Vec<Arc<[Attempt]>> = vec![attempts.into()];
    shared.step("before settle");
    while let Some(batch) = batches.pop() {
        match write(shared, batch.clone()).await {
            Ok(written) => settled.extend(written),
            Err(why) if why.blames_a_row() && batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second.into(), first.into()]);
            }
            // Their retry keys make it harmless to send them again.
            Err(why) => tracing::error!(
                %why,
                outcomes = batch.len(),
                first = batch.first().map(|it| it.id),
                "outcomes were given up; their deliveries are sent again when their leases end"
            ),
        }
    }
    shared.step("after settle");
    shared.inner.metrics.settled(&settled);
    // Those that wait in other programs; nobody else is notified.
    let watchers = &shared.inner.watchers;
    let elsewhere = settled.iter().filter(|it| it.is_watched && it.has_ended());
    let elsewhere = elsewhere.map(|it| it.id).filter(|id| !watchers.has(*id)).collect();
    shared.inner.store.tell_watchers(elsewhere);
    // Also of those that were given up: nothing more is recorded of what LINE answered.
    watchers.tell(ids.iter().copied());
    shared.inner.events.tell_settled(&settled);
    shared.inner.store.news().tell();
    Ended { released: ids.len(), settled }
}

/// One transaction, tried again where only the store was in the way.
async fn write(shared: &Shared, attempts: Arc<[Attempt]>) -> Result<Vec<Settled>, Error> {
    let mut pause = Duration::from_millis(50);
    let mut tries = 1;
    loop {
        let began = Instant::now();
        let written = shared.inner.store.run(Settle(attempts.clone())).await;
        shared.inner.metrics.wrote(written.is_ok(), began.elapsed());
        match written {
            Err(why) if why.is_retryable() && !why.blames_a_row() && tries < TRIES => {
                tracing::warn!(%why, outcomes = attempts.len(), "outcomes could not be written down");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                tries += 1;
            }
            written => return written,
        }
    }
}
