//! The one thread that writes: it takes what has come in, does all of it in one transaction, and only then answers.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    bell::Bell,
    failed,
    mark::Mark,
    queue::{Entry, Queue, queue},
    tx::SqliteTx,
};
use crate::{
    Clock, Error, ErrorKind,
    store::{Result, WriteStep, fenced, now_or_never},
};

#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<Entry<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        mark: Mark,
        bell: Bell,
        clock: Clock,
    ) -> Result<Self> {
        let (entry, jobs) = queue();
        let thread = thread::Builder::new()
            .name("hikyaku-store".to_owned())
            .spawn(move || Loop { connection, mark, bell, clock }.run(jobs))
            .map_err(|why| Error::store("the store's thread cannot be started").because(why))?;
        Ok(Self { queue: Some(entry), thread: Some(thread) })
    }

    pub(super) async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        let gone = || {
            let what = "the store's thread has ended and takes nothing more; open the outbox again";
            Error::new(ErrorKind::Unsuitable(what.to_owned()))
        };
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Waiting { step, out: None, answer });
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        if !queue.put(job, S::GOES_FIRST).await {
            return Err(gone());
        }
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

/// A step and its caller.
struct Waiting<S: WriteStep> {
    step: S,
    out: Option<Result<S::Out>>,
    answer: oneshot::Sender<Result<S::Out>>,
}

trait Job: Send {
    /// Does it within the open transaction, and tells whether it did.
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> bool;
    /// Tells anyone who waits what came of it, once that is durable, or why it could not become so.
    fn answer(self: Box<Self>, ended: Result<()>);
}

impl<S: WriteStep> Job for Waiting<S> {
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> bool {
        // A program's own work runs here. Its panic is no reason for others to lose the store; what it has changed is taken back.
        let done = catch_unwind(AssertUnwindSafe(|| now_or_never(fenced(&self.step, tx))));
        self.out.insert(done.unwrap_or_else(|panic| Err(panicked(&*panic)))).is_ok()
    }

    fn answer(self: Box<Self>, ended: Result<()>) {
        let Self { step, out, answer } = *self;
        let out = match (out, ended) {
            (Some(Ok(mut out)), Ok(())) => {
                step.committed(&mut out);
                Ok(out)
            }
            (Some(Err(why)), _) | (_, Err(why)) => Err(why),
            (None, Ok(())) => Err(Error::store("the step was not run")),
        };
        // Where nobody waits any more, what is durable is durable all the same.
        let _ = answer.send(out);
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("it did not say why");
    Error::new(ErrorKind::Unsuitable(format!("it panicked, and nothing of it was stored: {words}")))
}

struct Loop {
    connection: Connection,
    mark: Mark,
    bell: Bell,
    clock: Clock,
}

impl Loop {
    fn run(mut self, mut queue: Queue<Box<dyn Job>>) {
        let mut batch = Vec::new();
        while let Some(in_any_case) = queue.take(&mut batch) {
            self.commit(&mut batch, in_any_case, &mut queue);
        }
    }

    /// Does all jobs in one transaction, but for those that give way. Where one fails halfway, each is done in a transaction
    /// of its own, so that it takes back nothing but its own doing.
    fn commit(
        &mut self,
        batch: &mut Vec<Box<dyn Job>>,
        in_any_case: usize,
        queue: &mut Queue<Box<dyn Job>>,
    ) {
        let ended = self.attempt(batch, |done| done >= in_any_case && queue.must_give_way());
        if batch.len() > 1 && matches!(ended, Err(Failure::Halfway)) {
            for mut job in batch.drain(..) {
                let ended = self.attempt(std::slice::from_mut(&mut job), |_| false);
                job.answer(ended.map(drop).map_err(|why| why.to_error()));
            }
        }
        if let Ok(done) = &ended {
            queue.put_back(batch.drain(*done..));
        }
        for job in batch.drain(..) {
            job.answer(ended.as_ref().map(|_| ()).map_err(Failure::to_error));
        }
    }

    /// How many jobs it has done: all, or those before one that gives way.
    fn attempt(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        gives_way: impl Fn(usize) -> bool,
    ) -> std::result::Result<usize, Failure> {
        let ended = self.try_commit(jobs, gives_way);
        if ended.is_err() {
            // SQLite may have rolled back by itself; then there is nothing left to roll back.
            let _ = self.execute("ROLLBACK");
        }
        ended
    }

    fn try_commit(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        gives_way: impl Fn(usize) -> bool,
    ) -> std::result::Result<usize, Failure> {
        self.execute("BEGIN IMMEDIATE")?;
        let (mut did, mut changed) = (0, false);
        for job in jobs {
            if gives_way(did) {
                break;
            }
            let before = self.connection.total_changes();
            let mut tx = SqliteTx::new(&mut self.connection, &self.clock);
            let done = job.run(&mut tx);
            let touched = tx.altered || self.connection.total_changes() != before;
            if !done && (touched || self.connection.is_autocommit()) {
                return Err(Failure::Halfway);
            }
            did += 1;
            changed |= touched;
        }
        if !changed {
            self.execute("ROLLBACK")?;
            return Ok(did);
        }
        let now = self.clock.now().as_millis();
        self.connection
            .prepare_cached("UPDATE meta SET commits = commits + 1, seen_at = max(seen_at, ?1)")
            .and_then(|mut statement| statement.execute([now]))
            .map_err(failed)?;
        let commits = self
            .connection
            .prepare_cached("SELECT commits FROM meta")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        self.execute("COMMIT")?;
        self.mark.write(commits);
        self.bell.ring();
        Ok(did)
    }

    fn execute(&self, sql: &str) -> Result<()> {
        let done = self.connection.prepare_cached(sql).and_then(|mut it| it.execute([]));
        done.map(drop).map_err(failed)
    }
}

/// Why a transaction did not come about.
enum Failure {
    /// One of its jobs failed when it had changed something already; that job knows why.
    Halfway,
    Store(Error),
}

impl From<Error> for Failure {
    fn from(why: Error) -> Self {
        Self::Store(why)
    }
}

impl Failure {
    /// What to tell callers who do not know better.
    fn to_error(&self) -> Error {
        match self {
            Self::Halfway => Error::store("another change failed in the same transaction"),
            Self::Store(why) => Error::new(why.kind().clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Hold, HoldId, Time,
        store::{SqliteStore, Tx, WriteStep, step::PlaceHold},
    };

    use super::*;

    struct Panics;

    impl WriteStep for Panics {
        type Out = ();

        async fn run<T: Tx>(&self, _: &mut T) -> Result<()> {
            panic!("on purpose")
        }
    }

    #[tokio::test]
    async fn a_panic_is_its_callers_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hikyaku.db");
        let store = SqliteStore::open(&path, Clock::default()).await.unwrap();
        for _ in 0..2 {
            let why = store.run(Panics).await.unwrap_err();
            assert!(!why.is_retryable());
            assert!(why.to_string().ends_with("nothing of it was stored: on purpose"), "{why}");
        }
        let held = PlaceHold(Hold {
            id: HoldId(0),
            channel: None,
            lane: None,
            fairness_key: None,
            reason: "stop".to_owned(),
            who: String::new(),
            at: Time::from_millis(0),
            until: None,
        });
        store.run(held).await.unwrap();
    }
}
