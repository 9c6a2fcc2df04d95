//! Writes down what came of attempts. Those that end at the same time share a transaction, but for those with statements of
//! their handlers: these may change settings of their transaction, or wait for others' locks.

use std::{sync::Arc, time::Duration};

use hikyaku_sender::{Error, Outbox};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

use crate::store::{Attempted, Settle};

/// The maximum number of attempts that share a transaction.
const BATCH: usize = 200;

/// How many of these transactions go on at once: one that waits for somebody else must not hold up all.
const AT_ONCE: usize = 2;

/// How often an attempt is settled that the store fails to commit, and the pause in between.
const SETTLES: u32 = 3;
const SETTLE_AGAIN: Duration = Duration::from_millis(300);

/// Where attempts are settled.
#[derive(Clone)]
pub(crate) struct Settling {
    settler: Settler,
    queue: mpsc::Sender<Waiting>,
}

/// What a transaction of it needs.
#[derive(Clone)]
struct Settler {
    outbox: Outbox,
    lease: String,
}

struct Waiting {
    attempt: Arc<Attempted>,
    settled: oneshot::Sender<Result<(), String>>,
}

impl Settling {
    /// Its work is added to these tasks.
    pub(crate) fn start(outbox: Outbox, lease: String, tasks: &mut JoinSet<()>) -> Self {
        let settler = Settler { outbox, lease };
        let (queue, waiting) = mpsc::channel(BATCH);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..AT_ONCE {
            tasks.spawn(settler.clone().settle_all(waiting.clone()));
        }
        Self { settler, queue }
    }

    /// Records the result of an attempt. Returns why that failed.
    pub(crate) async fn settle(&self, attempt: Attempted) -> Result<(), String> {
        let attempt = Arc::new(attempt);
        if attempt.has_statements() {
            return self.settler.settle_alone(attempt).await;
        }
        // Only where the work is being dropped.
        let gone = || "the inbox has ended".to_owned();
        let (settled, is_settled) = oneshot::channel();
        self.queue.send(Waiting { attempt, settled }).await.map_err(|_| gone())?;
        is_settled.await.map_err(|_| gone())?
    }
}

impl Settler {
    async fn settle_all(self, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
        let mut batch = Vec::new();
        while queue.lock().await.recv_many(&mut batch, BATCH).await > 0 {
            self.settle_together(std::mem::take(&mut batch)).await;
        }
    }

    async fn settle_together(&self, waiting: Vec<Waiting>) {
        let attempts = waiting.iter().map(|it| it.attempt.clone()).collect();
        if self.commit(attempts).await.is_ok() {
            for it in waiting {
                let _ = it.settled.send(Ok(()));
            }
            return;
        }
        // One of them may be the cause, and the others have nothing to do with it.
        let mut alone = JoinSet::new();
        for Waiting { attempt, settled } in waiting {
            let settler = self.clone();
            alone.spawn(async move {
                let _ = settled.send(settler.settle_alone(attempt).await);
            });
        }
        while alone.join_next().await.is_some() {}
    }

    async fn settle_alone(&self, attempt: Arc<Attempted>) -> Result<(), String> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.commit(vec![attempt.clone()]).await {
                Err(why) if tries < SETTLES && why.is_retryable() => sleep(SETTLE_AGAIN).await,
                settled => return settled.map_err(|why| why.to_string()),
            }
        }
    }

    async fn commit(&self, attempts: Vec<Arc<Attempted>>) -> Result<(), Error> {
        let events: Vec<i64> = attempts.iter().map(|it| it.event).collect();
        let mine = self.outbox.transact(Settle { lease: self.lease.clone(), attempts }).await?;
        for event in events.into_iter().filter(|event| !mine.contains(event)) {
            tracing::warn!(event, "another program took the event over, or it was settled already");
        }
        Ok(())
    }
}
