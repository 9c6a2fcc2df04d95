//! The one thread that writes: it takes what has come in, does all of it in one transaction, and only then answers.

use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{failed, mark::Mark, tx::SqliteTx};
use crate::{
    Clock, Error,
    store::{Result, Step, guarded, memory::now_or_never},
};

/// How many steps share one commit at most.
const BATCH: usize = 1000;

#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, mark: Mark, clock: Clock) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(BATCH);
        let thread = thread::Builder::new()
            .name("hikyaku-store".to_owned())
            .spawn(move || Loop { connection, mark, clock }.run(jobs))
            .map_err(|why| Error::store("the store's thread cannot be started").because(why))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn run<S: Step>(&self, step: S) -> Result<S::Out> {
        let gone = || Error::store("the store's thread has ended");
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Waiting { step, out: None, answer });
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(job).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// The file is closed, and its log put away, when the last that held the store lets go of it.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has closed the file too.
            let _ = thread.join();
        }
    }
}

/// A step and whoever waits for it.
struct Waiting<S: Step> {
    step: S,
    out: Option<S::Out>,
    answer: oneshot::Sender<Result<S::Out>>,
}

trait Job: Send {
    /// Does it within the open transaction.
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> Result<()>;
    /// Tells whoever waits: the outcome when it is durable, or why it is not.
    fn answer(self: Box<Self>, ended: Result<()>);
}

impl<S: Step> Job for Waiting<S> {
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> Result<()> {
        self.out = Some(now_or_never(guarded(&self.step, tx))?);
        Ok(())
    }

    fn answer(self: Box<Self>, ended: Result<()>) {
        let Self { out, answer, .. } = *self;
        // Where nobody waits any more, what is durable is durable all the same.
        let _ = answer
            .send(ended.and_then(|()| out.ok_or_else(|| Error::store("the step was not run"))));
    }
}

struct Loop {
    connection: Connection,
    mark: Mark,
    clock: Clock,
}

impl Loop {
    fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(job) = jobs.blocking_recv() {
            batch.push(job);
            while batch.len() < BATCH
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            self.commit(&mut batch);
        }
    }

    /// Does all jobs in one transaction. A job that fails takes back only what it did itself.
    fn commit(&mut self, batch: &mut Vec<Box<dyn Job>>) {
        let mut done = Vec::with_capacity(batch.len());
        let mut begun = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(failed);
        for mut job in batch.drain(..) {
            match &begun {
                Ok(()) => match self.run_one(job.as_mut()) {
                    Ok(()) => done.push(job),
                    Err(Failure::Own(why)) => job.answer(Err(why)),
                    Err(Failure::Whole(why)) => {
                        job.answer(Err(same(&why)));
                        begun = Err(why);
                    }
                },
                Err(why) => job.answer(Err(same(why))),
            }
        }
        let ended = begun.and_then(|()| self.end(!done.is_empty()));
        if ended.is_err() {
            // SQLite may have rolled back by itself; then there is nothing left to roll back.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        for job in done {
            job.answer(match &ended {
                Ok(()) => Ok(()),
                Err(why) => Err(same(why)),
            });
        }
    }

    fn run_one(&mut self, job: &mut dyn Job) -> std::result::Result<(), Failure> {
        self.connection
            .execute_batch("SAVEPOINT job")
            .map_err(|why| Failure::Whole(failed(why)))?;
        let mut tx = SqliteTx::new(&mut self.connection, &self.clock);
        let outcome = job.run(&mut tx);
        let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        match (self.connection.execute_batch(end), outcome) {
            (Ok(()), Ok(())) => Ok(()),
            (Ok(()), Err(why)) => Err(Failure::Own(why)),
            (Err(_), Err(why)) => Err(Failure::Whole(why)),
            (Err(why), Ok(())) => Err(Failure::Whole(failed(why))),
        }
    }

    fn end(&mut self, changed: bool) -> Result<()> {
        if !changed {
            return self.connection.execute_batch("ROLLBACK").map_err(failed);
        }
        let now = self.clock.now().as_millis();
        let commits: i64 = self
            .connection
            .prepare_cached(
                "UPDATE meta SET commits = commits + 1, seen_at = max(seen_at, ?1) RETURNING commits",
            )
            .and_then(|mut statement| statement.query_row([now], |row| row.get(0)))
            .map_err(failed)?;
        self.connection.execute_batch("COMMIT").map_err(failed)?;
        self.mark.write(commits);
        Ok(())
    }
}

/// Whose failure it was.
enum Failure {
    Own(Error),
    Whole(Error),
}

/// One failure, told to each that it concerns.
fn same(error: &Error) -> Error {
    Error::new(error.kind().clone())
}
