//! Callers that enqueue at the same time share a commit: while some are being written, the next ones gather.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::error::DbError;

use super::Database;
use crate::{
    Error,
    store::{
        Fresh, Result,
        step::{Enqueue, Enqueued},
    },
};

/// How many callers share one commit at most.
const BATCH: usize = 500;

/// How many commits go on at once: one that waits for a transaction with the same idempotency key must not hold up all.
const AT_ONCE: usize = 2;

#[derive(Debug)]
pub(super) struct Gather(mpsc::Sender<Waiting>);

#[derive(Debug)]
struct Waiting {
    rows: Vec<Fresh>,
    answer: oneshot::Sender<Result<Vec<Enqueued>>>,
}

impl Gather {
    pub(super) fn start(database: &Arc<Database>) -> Self {
        let (waiting, queue) = mpsc::channel(BATCH);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..AT_ONCE {
            // It ends with the store, which holds the other end of the queue.
            tokio::spawn(write(database.clone(), queue.clone()));
        }
        Self(waiting)
    }

    pub(super) async fn enqueue(&self, rows: Vec<Fresh>) -> Result<Vec<Enqueued>> {
        let gone = || Error::store("the store's task has ended");
        let (answer, answered) = oneshot::channel();
        self.0.send(Waiting { rows, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
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
    let enqueue = Enqueue(rows);
    match database.run(&enqueue).await {
        Ok(enqueued) => {
            let mut enqueued = enqueued.into_iter();
            for (count, answer) in waiting {
                // Where nobody waits any more, what is durable is durable all the same.
                let _ = answer.send(Ok(enqueued.by_ref().take(count).collect()));
            }
        }
        // It was the fault of some row, so that nothing was done; the other callers have nothing to do with it.
        Err(why) if waiting.len() > 1 && is_of_a_row(&why) => {
            let mut rows = enqueue.0.into_iter();
            for (count, answer) in waiting {
                let enqueue = Enqueue(rows.by_ref().take(count).collect());
                let _ = answer.send(database.run(&enqueue).await);
            }
        }
        Err(why) => {
            for (_, answer) in waiting {
                let _ = answer.send(Err(Error::new(why.kind().clone())));
            }
        }
    }
}

/// Whether PostgreSQL refused a value: classes 22 and 23 of its errors.
fn is_of_a_row(why: &Error) -> bool {
    let source = std::error::Error::source(why);
    let source = source.and_then(|why| why.downcast_ref::<tokio_postgres::Error>());
    let code = source.and_then(tokio_postgres::Error::as_db_error).map(DbError::code);
    code.is_some_and(|code| code.code().starts_with("22") || code.code().starts_with("23"))
}
