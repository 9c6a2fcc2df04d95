//! Callers that enqueue at the same time share a commit: while some are being written, the next ones gather.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::AbortHandle,
};

use super::{Database, would_have_waited};
use crate::{
    Error,
    store::{
        Fresh, Result, WriteStep as _,
        step::{Enqueue, Enqueued},
    },
};

/// How many callers share one commit at most.
const BATCH: usize = 500;

/// How many commits go on at once: one that waits for a transaction with the same idempotency key must not hold up all.
const AT_ONCE: usize = 2;

/// How often other programs are told at most.
const TELL_EVERY: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Gather {
    database: Arc<Database>,
    tasks: std::sync::Mutex<Tasks>,
}

/// They end with the runtime that they were started in.
#[derive(Debug)]
struct Tasks {
    queue: mpsc::Sender<Waiting>,
    telling: AbortHandle,
}

#[derive(Debug)]
struct Waiting {
    rows: Vec<Fresh>,
    answer: oneshot::Sender<Result<Vec<Enqueued>>>,
}

impl Gather {
    pub(super) fn start(database: &Arc<Database>) -> Self {
        Self { database: database.clone(), tasks: std::sync::Mutex::new(Tasks::start(database)) }
    }

    pub(super) async fn enqueue(&self, rows: Vec<Fresh>) -> Result<Vec<Enqueued>> {
        // Only where a runtime ends at this very moment; the next call starts them in its own.
        let gone = || Error::store("the runtime that the store worked in has ended; try again");
        let (answer, answered) = oneshot::channel();
        self.queue().send(Waiting { rows, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    fn queue(&self) -> mpsc::Sender<Waiting> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.queue.is_closed() {
            *tasks = Tasks::start(&self.database);
        }
        tasks.queue.clone()
    }
}

impl Tasks {
    fn start(database: &Arc<Database>) -> Self {
        let (queue, waiting) = mpsc::channel(BATCH);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..AT_ONCE {
            // It ends with the store, which holds the other end of the queue.
            tokio::spawn(write(database.clone(), waiting.clone()));
        }
        let telling = tokio::spawn(tell(database.clone())).abort_handle();
        Self { queue, telling }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.telling.abort();
    }
}

/// Tells other programs of what was committed: apart from it, because transactions that notify are
/// committed one after the other in the whole cluster, and not for each commit.
async fn tell(database: Arc<Database>) {
    loop {
        let told = database.untold.next().await;
        if let Err(why) = database.tell(&told).await {
            tracing::debug!(%why, "other programs were not told; they look by themselves");
        }
        tokio::time::sleep(TELL_EVERY).await;
    }
}

async fn write(database: Arc<Database>, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
    let mut batch = Vec::new();
    while queue.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        write_all(&database, std::mem::take(&mut batch)).await;
    }
}

async fn write_all(database: &Database, batch: Vec<Waiting>) {
    let (mut rows, mut waiting) = (Vec::new(), Vec::with_capacity(batch.len()));
    for it in batch {
        waiting.push((it.rows.len(), it.answer));
        rows.extend(it.rows);
    }
    let hands = database.takers.find(&rows);
    let mut enqueue = Enqueue { rows, hands };
    let mut done = database.commit(&enqueue).await;
    if done.as_ref().is_err_and(would_have_waited) && enqueue.hands.take().is_some() {
        // Now it may wait as long as it takes: it keeps nothing from anybody.
        done = database.commit(&enqueue).await;
    }
    match done {
        Ok(mut done) => {
            enqueue.committed(&mut done);
            let mut enqueued = done.enqueued.into_iter();
            for (count, answer) in waiting {
                // Where nobody waits any more, what is durable is durable all the same.
                let _ = answer.send(Ok(enqueued.by_ref().take(count).collect()));
            }
        }
        // It was the fault of some row, so that nothing was done; the other callers have nothing to do with it.
        Err(why) if waiting.len() > 1 && why.blames_a_row() => {
            let mut rows = enqueue.rows.into_iter();
            for (count, answer) in waiting {
                let enqueue = Enqueue { rows: rows.by_ref().take(count).collect(), hands: None };
                let _ = answer.send(database.run(enqueue).await.map(|done| done.enqueued));
            }
        }
        Err(why) => {
            for (_, answer) in waiting {
                let _ = answer.send(Err(Error::new(why.kind().clone())));
            }
        }
    }
}
