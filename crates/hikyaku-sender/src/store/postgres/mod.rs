//! PostgreSQL: any number of workers on one database.

mod campaigns;
mod connection;
mod deliveries;
mod gate;
mod gather;
mod lanes;
mod listen;
mod node;
mod outcomes;
mod read;
mod reads;
mod save;
mod server;
mod tls;
mod tx;
mod untold;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;

use super::{
    Fence, Fresh, News, ReadStep, Reads, Result, Takers, WriteStep, fenced, step::Enqueued,
};
use crate::{Clock, Error, ErrorKind, Time, watchers::Watchers};

use connection::{Connection, Pool, silent};
pub(crate) use gate::Gate;
use gather::Gather;
use node::Node;
use server::Server;
use tx::PgTx;
use untold::Untold;

/// How often a step is tried that PostgreSQL has surely rolled back for another's sake.
const TRIES: u32 = 5;

/// How long the time that the server told last is carried on.
const TIME_KEPT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct PgStore {
    database: Arc<Database>,
    gather: Gather,
    news: News,
    /// Who waits in this program.
    watchers: Watchers,
    /// Where a worker is.
    listener: Mutex<Option<JoinHandle<()>>>,
}

impl PgStore {
    pub(crate) async fn open(
        url: &str,
        clock: Clock,
        gate: Option<Gate>,
        watchers: Watchers,
    ) -> Result<Self> {
        let pool = Pool::new(Server::read(url)?);
        let connection = pool.get(false).await?;
        connection.check(pool.server().is_trusted_to_flush()).await?;
        connection.migrate().await?;
        pool.put(connection);
        let (untold, node) = (Untold::default(), Node::new());
        let database = Arc::new(Database {
            pool,
            clock,
            told: Mutex::default(),
            untold,
            node,
            gate,
            takers: Takers::default(),
        });
        let gather = Gather::start(&database);
        Ok(Self { database, gather, news: News::default(), watchers, listener: Mutex::default() })
    }

    pub(crate) async fn enqueue(&self, rows: Vec<Fresh>) -> Result<Vec<Enqueued>> {
        self.gather.enqueue(rows).await
    }

    pub(crate) async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        self.database.run(step).await
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
            let (database, news) = (self.database.clone(), self.news.clone());
            let heard = listen::listen(database, news, self.watchers.clone());
            *listener = Some(tokio::spawn(heard));
        }
    }

    pub(crate) async fn wake(&self) -> Result<()> {
        self.database.wake().await
    }

    /// Takes back what workers had that are gone. How many deliveries.
    pub(crate) async fn take_over(&self) -> Result<u64> {
        self.database.take_over().await
    }

    /// Tells other programs of them, after what was committed.
    pub(crate) fn tell_watchers(&self, deliveries: Vec<i64>) {
        if !deliveries.is_empty() {
            self.database.untold.settled(deliveries);
        }
    }

    pub(crate) fn news(&self) -> &News {
        &self.news
    }

    pub(crate) fn takers(&self) -> &Takers {
        &self.database.takers
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
    /// What was committed that other programs were not told of.
    untold: Untold,
    node: Node,
    gate: Option<Gate>,
    takers: Takers,
}

impl Database {
    async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        let mut out = self.commit(&step).await?;
        step.committed(&mut out);
        Ok(out)
    }

    async fn commit<S: WriteStep>(&self, step: &S) -> Result<S::Out> {
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
        self.with_connection(S::GOES_FIRST, async |connection| {
            let pooled = self.pool.server().is_pooled();
            let begin = tx::begin_to_write(S::FENCE, step.hurries(), pooled);
            let mut tx = PgTx::begin(connection, &self.clock, &begin).await?;
            tx.node = self.node.claims_as();
            tx.gate = self.gate.as_ref();
            self.note(tx.now().await?);
            let done = fenced(step, &mut tx).await;
            let inserted = tx.inserted;
            let ended = self.ended(connection, done).await?;
            if inserted && ended.is_ok() {
                self.untold.work();
            }
            Ok(ended)
        })
        .await?
    }

    async fn read<S: ReadStep>(&self, step: &S) -> Result<S::Out> {
        self.with_connection(false, async |connection| {
            let begin = tx::begin_to_read(self.pool.server().is_pooled());
            let mut tx = PgTx::begin(connection, &self.clock, &begin).await?;
            self.note(tx.now().await?);
            let done = step.run(&mut tx).await;
            self.ended(connection, done).await
        })
        .await?
    }

    async fn take_over(&self) -> Result<u64> {
        let without_lock = self
            .with_connection(false, async |connection| connection.numbers(&Node::look()).await)
            .await?;
        let mut taken = 0;
        for number in self.node.gone(&without_lock) {
            loop {
                let rows = self.take_over_from(number).await?;
                taken += rows;
                if rows == 0 {
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// Takes back some of what a worker had, and forgets it when there is no more.
    async fn take_over_from(&self, number: i32) -> Result<u64> {
        self.with_connection(false, async |connection| {
            let pooled = self.pool.server().is_pooled();
            let begin = tx::begin_to_write(Fence::Shared, false, pooled);
            let mut tx = PgTx::begin(connection, &self.clock, &begin).await?;
            let done = tx.take_over_from(number).await;
            self.ended(connection, done).await
        })
        .await?
    }

    /// Tells workers, wherever they are, that there may be new work.
    async fn wake(&self) -> Result<()> {
        self.tell(&format!("NOTIFY {}", untold::CHANNEL)).await
    }

    async fn tell(&self, statements: &str) -> Result<()> {
        self.with_connection(false, async |connection| connection.execute(statements).await).await
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
            _ => self.read(&AskTime).await,
        }
    }

    /// Ends a transaction. The outer error is the connection's.
    async fn ended<T>(&self, connection: &mut Connection, done: Result<T>) -> Result<Result<T>> {
        if self.pool.server().is_pooled() {
            // What was prepared is gone with the transaction's session; it is closed there before others get it.
            connection.live.statements.clear();
        }
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
        match done {
            Ok(out) => connection.execute("COMMIT").await.map(|()| Ok(out)),
            Err(why) if connection.execute("ROLLBACK").await.is_ok() => Ok(Err(why)),
            Err(why) => Err(why),
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
        goes_first: bool,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.pool.get(goes_first).await?;
        let process = connection.process();
        let done = tokio::select! {
            biased;
            done = work(&mut connection) => done?,
            // Behind a pooler, nobody knows which process it is.
            () = self.pool.cut_off(process), if !self.pool.server().is_pooled() => return Err(silent()),
        };
        self.pool.put(connection);
        Ok(done)
    }
}

/// Asks the server's clock.
struct AskTime;

impl ReadStep for AskTime {
    type Out = Time;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Time> {
        tx.now().await
    }
}

/// Deadlocks and serialisation failures are rolled back whole, so the step may run again; and so are statements whose table
/// somebody has changed since they were prepared.
fn is_for_anothers_sake(why: &Error) -> bool {
    has_code(why, &[SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE])
        || is_outdated(why)
}

/// A prepared statement would tell other columns now.
fn is_outdated(why: &Error) -> bool {
    has_code(why, &[SqlState::FEATURE_NOT_SUPPORTED])
        && why.to_string().contains("cached plan must not change result type")
}

/// Another transaction has what it needs, and has kept it for longer than it waits.
fn would_have_waited(why: &Error) -> bool {
    has_code(why, &[SqlState::LOCK_NOT_AVAILABLE])
}

fn has_code(why: &Error, codes: &[SqlState]) -> bool {
    use std::error::Error as _;

    let source = why.source().and_then(|why| why.downcast_ref::<tokio_postgres::Error>());
    source.and_then(tokio_postgres::Error::code).is_some_and(|code| codes.contains(code))
}

pub(super) fn unsuitable(what: &str) -> Error {
    Error::new(ErrorKind::Unsuitable(format!("the PostgreSQL URL cannot be used: {what}")))
}

/// A session forgot what was prepared in it, so it was another one.
const POOLED: &str = "a pooler in transaction mode is between this program and PostgreSQL; add pooler=transaction to the URL, and \
    give workers the address of the server itself";

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
        Some(db)
            if [SqlState::INVALID_SQL_STATEMENT_NAME, SqlState::DUPLICATE_PSTATEMENT]
                .contains(db.code()) =>
        {
            return Error::new(ErrorKind::Unsuitable(POOLED.to_owned())).because(why);
        }
        Some(db) => format!("PostgreSQL refused: {}", db.message()),
        None => match std::error::Error::source(&why) {
            Some(source) => format!("PostgreSQL cannot be reached: {why}: {source}"),
            None => format!("PostgreSQL cannot be reached: {why}"),
        },
    };
    Error::store(what).because(why)
}
