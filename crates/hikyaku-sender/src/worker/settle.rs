use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::JoinHandle,
};

use super::Shared;
use crate::{State, delivery::Outcome, store::step::Settle};

/// How many outcomes share one commit at most.
const BATCH: usize = 500;

/// The longest pause between two tries to write outcomes down.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a store that fails is tried before its leases are left to end by themselves.
const TRIES: u32 = 20;

/// What came of one claim. The room it takes is free again when it is written down.
pub(super) struct Attempt {
    pub(super) id: i64,
    pub(super) fence: i64,
    pub(super) outcome: Outcome,
    pub(super) _claim: Option<OwnedSemaphorePermit>,
}

/// Starts to write down outcomes, as many at once as have come in. Ends when no more can come, with how many
/// deliveries got into each state.
pub(super) fn start(
    shared: Arc<Shared>,
) -> (mpsc::Sender<Attempt>, JoinHandle<HashMap<State, u64>>) {
    let (outcomes, mut queue) = mpsc::channel(BATCH);
    let settler = tokio::spawn(async move {
        let mut counts = HashMap::new();
        let mut batch: Vec<Attempt> = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            settle(&shared, &batch, &mut counts).await;
            batch.clear();
        }
        counts
    });
    (outcomes, settler)
}

async fn settle(shared: &Shared, batch: &[Attempt], counts: &mut HashMap<State, u64>) {
    shared.step("before settle");
    let mut pause = Duration::from_millis(50);
    for _ in 0..TRIES {
        let outcomes = batch.iter().map(|it| (it.id, it.fence, it.outcome.clone())).collect();
        match shared.inner.store.run(Settle(outcomes)).await {
            Ok(settled) => {
                shared.step("after settle");
                for it in settled.iter().filter(|it| it.applied) {
                    *counts.entry(it.state).or_default() += 1;
                }
                shared.inner.events.tell_settled(&settled);
                shared.inner.store.news().tell();
                return;
            }
            Err(why) => {
                tracing::warn!(%why, outcomes = batch.len(), "outcomes could not be written down");
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
        outcomes = batch.len(),
        "outcomes were given up; their deliveries are sent again when their leases end"
    );
}
