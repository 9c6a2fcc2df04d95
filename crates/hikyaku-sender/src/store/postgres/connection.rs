use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::failed;
use crate::{Error, ErrorKind, store::Result};

/// How many connections one program has at once, besides the one that listens.
const CONNECTIONS: usize = 4;

/// The schema, version by version: each entry brings a store from the version before it to its own.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The oldest PostgreSQL that this was built for.
const OLDEST: i32 = 150_000;

/// Keeps two programs from bringing a store up to date at once.
const MIGRATION_LOCK: i64 = 0x4849_4b59;

/// Connections that are lent and come back.
#[derive(Debug)]
pub(super) struct Pool {
    config: Arc<Config>,
    idle: Mutex<Vec<(Client, Statements)>>,
    permits: Arc<Semaphore>,
}

type Statements = HashMap<String, Statement>;

/// A connection that is lent.
pub(crate) struct Connection {
    pub(super) client: Client,
    pub(super) statements: Statements,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self { config, idle: Mutex::default(), permits: Arc::new(Semaphore::new(CONNECTIONS)) }
    }

    pub(super) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    pub(super) async fn get(&self) -> Result<Connection> {
        // The semaphore is never closed.
        let permit = self.permits.clone().acquire_owned().await.ok();
        let idle = loop {
            let next = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match next {
                Some((client, _)) if client.is_closed() => {}
                next => break next,
            }
        };
        let (client, statements) = match idle {
            Some(idle) => idle,
            None => (connect(&self.config).await?, Statements::new()),
        };
        Ok(Connection { client, statements, _permit: permit })
    }

    /// Takes a connection back that is in no transaction.
    pub(super) fn put(&self, connection: Connection) {
        let Connection { client, statements, .. } = connection;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((client, statements));
    }
}

async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
    tokio::spawn(async move {
        if let Err(why) = connection.await {
            tracing::debug!(%why, "a connection to PostgreSQL ended");
        }
    });
    // A worker that is stopped within a transaction must not keep its rows from the others.
    client
        .batch_execute("SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '30s'; SET jit = off")
        .await
        .map_err(failed)?;
    Ok(client)
}

impl Connection {
    pub(super) async fn execute(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(failed)
    }

    async fn setting(&self, name: &str) -> Result<String> {
        let row = self.client.query_one(&format!("SHOW {name}"), &[]).await.map_err(failed)?;
        row.try_get(0).map_err(failed)
    }

    /// Refuses a server that cannot keep the promise, and warns of one that keeps it on one machine only.
    pub(super) async fn check(&self) -> Result<()> {
        let version: i32 = self.setting("server_version_num").await?.parse().unwrap_or(0);
        let unsuitable = |what: &str| Err(Error::new(ErrorKind::Unsuitable(what.to_owned())));
        if version < OLDEST {
            return unsuitable("PostgreSQL 15 or newer is needed");
        }
        if self.setting("fsync").await? != "on" || self.setting("full_page_writes").await? != "on" {
            return unsuitable(
                "this PostgreSQL does not flush what it commits (fsync or full_page_writes is off), so nothing can be promised",
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
        let exists = "SELECT to_regclass('hikyaku_meta') IS NOT NULL";
        let exists: bool = self.client.query_one(exists, &[]).await.map_err(failed)?.get(0);
        if !exists {
            self.execute(
                "CREATE TABLE hikyaku_meta (one boolean PRIMARY KEY CHECK (one), version bigint NOT NULL, moved_to text, moved boolean NOT NULL DEFAULT false);
                 INSERT INTO hikyaku_meta (one, version) VALUES (true, 0)",
            )
            .await?;
        }
        let found = "SELECT version FROM hikyaku_meta";
        let found: i64 = self.client.query_one(found, &[]).await.map_err(failed)?.get(0);
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(Error::new(ErrorKind::NewerSchema { found, known }));
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            self.execute(migration).await?;
        }
        self.execute(&format!("UPDATE hikyaku_meta SET version = {known}")).await
    }
}
