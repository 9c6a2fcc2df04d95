//! PostgreSQL: any number of workers on one database.

mod campaigns;
mod connection;
mod deliveries;
mod gather;
mod lanes;
mod listen;
mod read;
mod reads;
mod server;
mod tls;
mod tx;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, task::JoinHandle};
use tokio_postgres::error::SqlState;

use super::{Fresh, News, ReadStep, Reads as _, Result, WriteStep, fenced, step::Enqueued};
use crate::{Clock, Error, ErrorKind, Time};

use connection::{Connection, Pool, silent};
use gather::Gather;
use server::Server;
use tx::PgTx;

/// How often a step is tried that PostgreSQL has surely rolled back for another's sake.
const TRIES: u32 = 5;

/// How long the time that the server told last is carried on.
const TIME_KEPT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct PgStore {
    database: Arc<Database>,
    gather: Gather,
    news: News,
    /// Where a worker is.
    listener: Mutex<Option<JoinHandle<()>>>,
}

impl PgStore {
    pub(crate) async fn open(url: &str, clock: Clock) -> Result<Self> {
        let pool = Pool::new(Server::read(url)?);
        let connection = pool.get().await?;
        connection.check(pool.server().is_trusted_to_flush()).await?;
        connection.migrate().await?;
        pool.put(connection);
        let untold = Notify::new();
        let database = Arc::new(Database { pool, clock, told: Mutex::default(), untold });
        let gather = Gather::start(&database);
        Ok(Self { database, gather, news: News::default(), listener: Mutex::default() })
    }

    pub(crate) async fn enqueue(&self, rows: Vec<Fresh>) -> Result<Vec<Enqueued>> {
        self.gather.enqueue(rows).await
    }

    pub(crate) async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        self.database.run(&step).await
    }

    pub(crate) async fn read<S: ReadStep>(&self, step: S) -> Result<S::Out> {
        self.database.read(&step).await
    }

    pub(crate) async fn time(&self) -> Result<Time> {
        self.database.time().await
    }

    /// Hears what other programs tell, from here on.
    pub(crate) fn listen(&self) {
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if listener.as_ref().is_none_or(JoinHandle::is_finished) {
            let server = self.database.pool.server().clone();
            *listener = Some(tokio::spawn(listen::listen(server, self.news.clone())));
        }
    }

    pub(crate) async fn wake(&self) -> Result<()> {
        self.database.wake().await
    }

    pub(crate) fn news(&self) -> &News {
        &self.news
    }
}

impl Drop for PgStore {
    fn drop(&mut self) {
        let listener = self.listener.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listener {
            listener.abort();
        }
    }
}

#[derive(Debug)]
struct Database {
    pool: Pool,
    clock: Clock,
    /// What the server's clock said last, and when it did.
    told: Mutex<Option<(Time, Instant)>>,
    /// Something was committed that workers of other programs were not told of.
    untold: Notify,
}

impl Database {
    async fn run<S: WriteStep>(&self, step: &S) -> Result<S::Out> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_run(step).await {
                Err(why) if tries < TRIES && is_for_anothers_sake(&why) => {}
                result => return result,
            }
        }
    }

    async fn try_run<S: WriteStep>(&self, step: &S) -> Result<S::Out> {
        self.with_connection(async |connection| {
            let begin = tx::begin_to_write(S::FENCE);
            let mut tx = PgTx::begin(connection, &self.clock, &begin).await?;
            self.note(tx.now().await?);
            let done = fenced(step, &mut tx).await;
            let inserted = tx.inserted;
            let ended = ended(connection, done).await?;
            if inserted && ended.is_ok() {
                self.untold.notify_one();
            }
            Ok(ended)
        })
        .await?
    }

    async fn read<S: ReadStep>(&self, step: &S) -> Result<S::Out> {
        self.with_connection(async |connection| {
            let begin = tx::begin_to_read();
            let mut tx = PgTx::begin(connection, &self.clock, &begin).await?;
            self.note(tx.now().await?);
            let done = step.run(&mut tx).await;
            ended(connection, done).await
        })
        .await?
    }

    /// Tells workers, wherever they are, that there may be new work.
    async fn wake(&self) -> Result<()> {
        let sql = format!("NOTIFY {}", listen::CHANNEL);
        self.with_connection(async |connection| connection.execute(&sql).await).await
    }

    /// The server's clock. Between two transactions it is carried on here, so that nobody has to ask for it alone; it is
    /// behind by as long as an answer takes, and never ahead.
    async fn time(&self) -> Result<Time> {
        if let Some(now) = self.clock.manual_now() {
            return Ok(now);
        }
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.map(|(time, at)| (time, at.elapsed())) {
            Some((time, ago)) if ago < TIME_KEPT => Ok(time + ago),
            _ => {
                let asked = async |connection: &mut Connection| {
                    PgTx::new(connection, &self.clock).now().await
                };
                let now = self.with_connection(asked).await?;
                self.note(now);
                Ok(now)
            }
        }
    }

    fn note(&self, now: Time) {
        let told = Some((now, Instant::now()));
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    /// Does something on a connection, as long as the server is at its other end. One that fails does not come back to
    /// the pool: it is closed, and its transaction with it.
    async fn with_connection<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.pool.get().await?;
        let process = connection.process();
        let done = tokio::select! {
            biased;
            done = work(&mut connection) => done?,
            () = self.pool.cut_off(process) => return Err(silent()),
        };
        self.pool.put(connection);
        Ok(done)
    }
}

/// Ends a transaction. The outer error is the connection's.
async fn ended<T>(connection: &Connection, done: Result<T>) -> Result<Result<T>> {
    match done {
        Ok(out) => connection.execute("COMMIT").await.map(|()| Ok(out)),
        Err(why) if connection.execute("ROLLBACK").await.is_ok() => Ok(Err(why)),
        Err(why) => Err(why),
    }
}

/// Deadlocks and serialisation failures are rolled back whole, so the step may run again.
fn is_for_anothers_sake(why: &Error) -> bool {
    use std::error::Error as _;

    let source = why.source().and_then(|why| why.downcast_ref::<tokio_postgres::Error>());
    source.and_then(tokio_postgres::Error::code).is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

pub(super) fn unsuitable(what: &str) -> Error {
    Error::new(ErrorKind::Unsuitable(format!("the PostgreSQL URL cannot be used: {what}")))
}

/// What a failure of PostgreSQL means.
pub(super) fn failed(why: tokio_postgres::Error) -> Error {
    let what = match why.as_db_error() {
        Some(db) if *db.code() == SqlState::DISK_FULL => {
            "the disk of PostgreSQL is full; nothing was changed, make room and try again"
                .to_owned()
        }
        Some(db) if *db.code() == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "this PostgreSQL is a standby and takes no changes; connect to the primary".to_owned()
        }
        Some(db) if *db.code() == SqlState::LOCK_NOT_AVAILABLE => {
            "a transaction that changes this store is still open; let it end and try again"
                .to_owned()
        }
        Some(db) => format!("PostgreSQL did not do it: {}", db.message()),
        None => match std::error::Error::source(&why) {
            Some(source) => format!("PostgreSQL cannot be reached: {why}: {source}"),
            None => format!("PostgreSQL cannot be reached: {why}"),
        },
    };
    Error::store(what).because(why)
}
