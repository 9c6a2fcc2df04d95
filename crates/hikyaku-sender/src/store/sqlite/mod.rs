//! One `SQLite` file: WAL, `synchronous=FULL`, one thread that writes.

mod bell;
mod beside;
mod campaigns;
mod deliveries;
mod file;
mod lanes;
mod lock;
mod mark;
mod outcomes;
mod paused;
mod queue;
mod read;
mod reads;
mod seal;
mod tx;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;
use tokio::sync::Mutex;

use super::{News, ReadStep, Result, Takers, WriteStep, now_or_never};
use crate::{Clock, Error, ErrorKind, Time};

use bell::Bell;
pub(crate) use lock::WorkerLock;
use tx::SqliteTx;
use writer::Writer;

#[derive(Debug)]
pub(crate) struct SqliteStore {
    path: PathBuf,
    writer: Writer,
    bell: Bell,
    reader: Arc<Mutex<Connection>>,
    clock: Clock,
    news: News,
    takers: Takers,
}

impl SqliteStore {
    pub(crate) async fn open(path: &Path, clock: Clock) -> Result<Self> {
        let path = path.to_owned();
        blocking(move || {
            let (path, connection, mark) = file::open(&path, &clock)?;
            let reader = Arc::new(Mutex::new(file::open_reader(&path)?));
            let bell = Bell::of(&path);
            let writer = Writer::start(connection, mark, bell.clone(), clock.clone())?;
            let (news, takers) = (News::default(), Takers::default());
            Ok(Self { path, writer, bell, reader, clock, news, takers })
        })
        .await
    }

    pub(crate) async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        self.writer.run(step).await
    }

    pub(crate) async fn read<S: ReadStep>(&self, step: S) -> Result<S::Out> {
        // Those that wait for it hold no thread.
        let (mut reader, clock) = (self.reader.clone().lock_owned().await, self.clock.clone());
        blocking(move || {
            let mut tx = SqliteTx::new(&mut reader, &clock);
            tx.execute("BEGIN", [])?;
            let out = now_or_never(step.run(&mut tx));
            let ended = tx.execute("ROLLBACK", []);
            out.and_then(|out| ended.map(|_| out))
        })
        .await
    }

    pub(crate) fn time(&self) -> Time {
        self.clock.now()
    }

    /// One program sends from a file at a time, and only from one that is whole.
    pub(crate) async fn lock_worker(&self) -> Result<WorkerLock> {
        let path = self.path.clone();
        let now = self.clock.now();
        let mut lock = blocking(move || {
            let lock = WorkerLock::take(&path, now)?;
            // On a connection of its own: it takes long, and others read meanwhile.
            file::check(&file::open_reader(&path)?, "integrity_check")?;
            Ok(lock)
        })
        .await?;
        lock.ear = self.bell.hear(self.news.clone());
        Ok(lock)
    }

    /// The file itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn news(&self) -> &News {
        &self.news
    }

    pub(crate) fn takers(&self) -> &Takers {
        &self.takers
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(why) => Err(Error::store("the store's work was broken off").because(why)),
    }
}

/// What a failure of `SQLite` means.
fn failed(why: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;

    let kind = match why.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            ErrorKind::Damaged(why.to_string())
        }
        None if matches!(
            why,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        ) =>
        {
            ErrorKind::Damaged("a value is of another type than was written".to_owned())
        }
        Some(ErrorCode::DiskFull) => ErrorKind::Store(
            "the disk is full; nothing was changed, make room and try again".to_owned(),
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            ErrorKind::Store(format!("the store cannot be written: {why}"))
        }
        // So it says of a full disk, too, where the file beside the log has no room.
        Some(ErrorCode::SystemIoFailure) => ErrorKind::Store(format!(
            "{why}; nothing was changed, see whether the disk is full or fails"
        )),
        _ => ErrorKind::Store(format!("the store did not do it: {why}")),
    };
    Error::new(kind).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_has_a_file_checked_while_others_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hikyaku.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = runtime.block_on(SqliteStore::open(&path, Clock::default())).unwrap();
        let reading = store.reader.blocking_lock();
        let locked = runtime.block_on(async {
            tokio::time::timeout(std::time::Duration::from_secs(60), store.lock_worker()).await
        });
        drop(reading);
        assert!(locked.expect("it waits for a reader").is_ok());
    }
}
