use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::AbortHandle,
    time::timeout,
};
use tokio_postgres::{Client, SimpleQueryMessage, Statement, types::FromSql};

use super::{
    failed,
    server::{SILENCE, Server},
};
use crate::{Error, ErrorKind, store::Result};

/// How many connections one program has at once, besides the one that listens.
const CONNECTIONS: usize = 4;

/// How many of its own steps that go first have, so that they wait only for each other.
const FIRST: usize = 1;

/// The schema, version by version: each entry brings a store from the version before it to its own.
const MIGRATIONS: [&str; 5] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// What other programs call and look at. It is made anew for each version of the tables.
const FUNCTIONS: [&str; 2] = [include_str!("schema/enqueue.sql"), include_str!("schema/views.sql")];

/// The oldest PostgreSQL that this was built for.
const OLDEST: i32 = 150_000;

/// Keeps two programs from bringing a store up to date at once.
const MIGRATION_LOCK: i64 = 0x4849_4b59;

/// What the server does about a program that is gone without a word, which its usual two hours would keep connections for.
pub(super) const GIVE_UP: &str = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; \
    SET tcp_user_timeout = '10s'";

/// What transactions need. A worker that is stopped within one must not keep its rows from the others. What is to be seen
/// by one transaction only is locked, so that stricter isolation would only break off those that wait. A table that grows
/// faster than its statistics is looked up by index all the same.
pub(super) const SETTINGS: [&str; 7] = [
    "synchronous_commit = on",
    "idle_in_transaction_session_timeout = '5s'",
    "default_transaction_isolation = 'read committed'",
    "jit = off",
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
];

/// Connections that are lent and come back.
#[derive(Debug)]
pub(super) struct Pool {
    server: Server,
    idle: Mutex<Vec<Live>>,
    permits: Arc<Semaphore>,
    first: Arc<Semaphore>,
}

/// A connection, and what it has prepared.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) client: Client,
    pub(super) statements: HashMap<String, Statement>,
    /// The server's process at its other end.
    process: i32,
    socket: AbortHandle,
}

/// A client that is dropped leaves its socket to wait for what was asked; one that is cut off would wait for ever.
impl Drop for Live {
    fn drop(&mut self) {
        self.socket.abort();
    }
}

/// A connection that is lent.
pub(crate) struct Connection {
    pub(super) live: Live,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    pub(super) fn new(server: Server) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        let (permits, first) = (permits(CONNECTIONS), permits(FIRST));
        Self { server, idle: Mutex::default(), permits, first }
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) async fn get(&self, goes_first: bool) -> Result<Connection> {
        let permits = if goes_first { &self.first } else { &self.permits };
        // The semaphore is never closed.
        let permit = permits.clone().acquire_owned().await.ok();
        let idle = loop {
            let next = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match next {
                Some(live) if live.client.is_closed() => {}
                next => break next,
            }
        };
        let live = match idle {
            Some(idle) => idle,
            None => connect(&self.server).await?,
        };
        Ok(Connection { live, _permit: permit })
    }

    /// Takes a connection back that is in no transaction.
    pub(super) fn put(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection.live);
    }

    /// Ends when this connection turns out to be cut off: the server cannot be reached, or knows nothing of it, or is
    /// done with what it was asked while the answer does not come. A statement that takes long is no reason.
    pub(super) async fn cut_off(&self, process: i32) {
        loop {
            tokio::time::sleep(SILENCE).await;
            // Boxed, because every step of every worker carries this future and next to none gets here.
            let works = Box::pin(self.works_on(process)).await;
            if !works.unwrap_or_else(|why| is_answer(&why)) {
                // Those that lie idle went the same way, most likely.
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return;
            }
        }
    }

    async fn works_on(&self, process: i32) -> Result<bool> {
        let sql = format!(
            "SELECT 1 FROM pg_stat_activity WHERE pid = {process} AND (state = 'active' OR state_change > now() - interval '{} s')",
            SILENCE.as_secs()
        );
        let live = connect(&self.server).await?;
        let found = answered(SILENCE, live.client.simple_query(&sql)).await?;
        Ok(found.iter().any(|it| matches!(it, SimpleQueryMessage::Row(_))))
    }
}

/// Whether the server is there and only lets nobody in: it has too many connections, or another password.
fn is_answer(why: &Error) -> bool {
    let source = std::error::Error::source(why);
    let source = source.and_then(|why| why.downcast_ref::<tokio_postgres::Error>());
    source.is_some_and(|why| why.as_db_error().is_some())
}

/// What a server answers in time.
pub(super) async fn answered<T>(
    limit: Duration,
    asked: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
) -> Result<T> {
    match timeout(limit, asked).await {
        Ok(answer) => answer.map_err(failed),
        Err(late) => Err(silent().because(late)),
    }
}

pub(super) fn silent() -> Error {
    Error::store(
        "PostgreSQL does not answer; the connection is given up, and what it was asked may have been done",
    )
}

async fn connect(server: &Server) -> Result<Live> {
    let (client, connection) = answered(server.patience(), server.connect()).await?;
    let socket = tokio::spawn(async move {
        if let Err(why) = connection.await {
            tracing::debug!(%why, "a connection to PostgreSQL ended");
        }
    });
    let socket = socket.abort_handle();
    let mut live = Live { client, statements: HashMap::new(), process: 0, socket };
    if server.is_pooled() {
        // What is set in a session would be others' soon.
        return Ok(live);
    }
    let set_up = format!("{GIVE_UP}; SET {}; SELECT pg_backend_pid()", SETTINGS.join("; SET "));
    for message in answered(SILENCE, live.client.simple_query(&set_up)).await? {
        if let SimpleQueryMessage::Row(row) = message {
            live.process = row.get(0).and_then(|pid| pid.parse().ok()).unwrap_or_default();
        }
    }
    Ok(live)
}

impl Connection {
    /// The server's process at the other end.
    pub(super) fn process(&self) -> i32 {
        self.live.process
    }

    pub(super) async fn execute(&self, sql: &str) -> Result<()> {
        self.live.client.batch_execute(sql).await.map_err(failed)
    }

    /// The one value that a statement gives.
    async fn value<T: for<'a> FromSql<'a>>(&self, sql: &str) -> Result<T> {
        let row = self.live.client.query_one(sql, &[]).await.map_err(failed)?;
        row.try_get(0).map_err(failed)
    }

    /// A column of whole numbers.
    pub(super) async fn numbers(&self, sql: &str) -> Result<Vec<i32>> {
        let messages = self.live.client.simple_query(sql).await.map_err(failed)?;
        Ok(messages
            .iter()
            .filter_map(|it| match it {
                SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
                _ => None,
            })
            .collect())
    }

    async fn setting(&self, name: &str) -> Result<String> {
        self.value(&format!("SHOW {name}")).await
    }

    /// Refuses a server that cannot keep the promise, and warns of one that keeps it on one machine only.
    pub(super) async fn check(&self, trusted_to_flush: bool) -> Result<()> {
        // Behind a pooler, only the statements of one transaction surely reach the same session.
        self.execute("BEGIN").await?;
        let checked = self.check_within(trusted_to_flush).await;
        self.execute("COMMIT").await?;
        checked
    }

    async fn check_within(&self, trusted_to_flush: bool) -> Result<()> {
        let version: i32 = self.setting("server_version_num").await?.parse().unwrap_or(0);
        let unsuitable = |what: &str| Err(Error::new(ErrorKind::Unsuitable(what.to_owned())));
        if version < OLDEST {
            return unsuitable("PostgreSQL 15 or newer is needed");
        }
        if self.setting("server_encoding").await? != "UTF8" {
            return unsuitable(
                "the encoding of this database is not UTF8, so it cannot hold every message; make it with ENCODING 'UTF8'",
            );
        }
        let flushes =
            self.setting("fsync").await? == "on" && self.setting("full_page_writes").await? == "on";
        if !flushes && !trusted_to_flush {
            return unsuitable(
                "this PostgreSQL does not flush what it commits (fsync or full_page_writes is off), so nothing can be promised; \
                 if its storage makes that needless, as some hosted ones' does, add storage=durable to the URL",
            );
        }
        if self.setting("synchronous_standby_names").await?.is_empty() {
            tracing::warn!(
                "PostgreSQL has no synchronous standby: what is committed is lost with its disk (synchronous_standby_names)"
            );
        }
        Ok(())
    }

    pub(super) async fn migrate(&self) -> Result<()> {
        self.execute("BEGIN").await?;
        let migrated = self.migrate_within().await;
        self.execute(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        migrated
    }

    async fn migrate_within(&self) -> Result<()> {
        self.execute(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        if !self.value("SELECT to_regclass('hikyaku_meta') IS NOT NULL").await? {
            self.execute(
                "CREATE TABLE hikyaku_meta (one boolean PRIMARY KEY CHECK (one), version bigint NOT NULL, moved_to text, moved boolean NOT NULL DEFAULT false);
                 INSERT INTO hikyaku_meta (one, version) VALUES (true, 0)",
            )
            .await?;
        }
        let found = self.value("SELECT version FROM hikyaku_meta").await?;
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(Error::new(ErrorKind::NewerSchema { found, known }));
        }
        if found == known {
            return Ok(());
        }
        // The schema that the tables are in, whatever is before it by now: functions keep this path.
        self.execute(
            "SELECT set_config('search_path', relnamespace::regnamespace || ', pg_temp', true) FROM pg_class \
             WHERE oid = 'hikyaku_meta'::regclass",
        )
        .await?;
        let migrations = MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0));
        for statements in migrations.chain(&FUNCTIONS) {
            self.execute(statements).await?;
        }
        self.execute(&format!("UPDATE hikyaku_meta SET version = {known}")).await
    }
}
