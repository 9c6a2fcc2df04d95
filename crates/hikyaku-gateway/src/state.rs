//! Tokens and where they send to, in the file of the outbox.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;

use crate::{
    AccessToken, Error,
    token::{Hasher, new_key},
};

/// The version of these tables, which have nothing to do with the outbox's.
const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE gateway_meta (version INTEGER NOT NULL, hash_key BLOB NOT NULL);
CREATE TABLE gateway_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    target_name TEXT,
    channel TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);";

/// The longest name of a token, in characters: it is a part of every message.
const LONGEST_NAME: usize = 100;

/// The gateway's own tables. A clone is the same store.
#[derive(Clone, Debug)]
pub struct State {
    connection: Arc<Mutex<Connection>>,
    hasher: Hasher,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What stands in front of each message.
    pub name: String,
    /// The user, group or room.
    pub target: String,
    /// What `/api/status` calls it.
    pub target_name: Option<String>,
    /// The channel that sends, by its name in the configuration.
    pub channel: String,
}

/// A token that was made.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// Its number.
    pub id: i64,
    /// The token itself; nobody can read it again.
    pub token: AccessToken,
}

/// What is kept of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What stands in front of each message.
    pub name: String,
    /// The user, group or room.
    pub target: String,
    /// What `/api/status` calls it.
    pub target_name: Option<String>,
    /// The channel that sends.
    pub channel: String,
    /// Whether it works no more.
    pub revoked: bool,
}

impl State {
    /// Opens the tables in a store of the sender, which must be there: `sqlite:PATH`, or `memory:`.
    ///
    /// # Errors
    /// It is another kind of store, it cannot be written, or its tables are of a newer version.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let url = url.to_owned();
        blocking(move || Self::open_now(&url)).await
    }

    fn open_now(url: &str) -> Result<Self, Error> {
        let mut connection = match url.split_once(':') {
            Some(("memory", _)) => Connection::open_in_memory()?,
            Some(("sqlite", path)) => {
                Connection::open(Path::new(path.strip_prefix("//").unwrap_or(path)))?
            }
            _ => {
                return Err(Error::new(
                    "the gateway keeps its tokens in SQLite: set store = \"sqlite:PATH\"",
                ));
            }
        };
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch("PRAGMA synchronous = FULL;")?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_there: bool = tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'gateway_meta')",
            [],
            |row| row.get(0),
        )?;
        if !is_there {
            tx.execute_batch(SCHEMA)?;
            let key = new_key()?;
            tx.execute("INSERT INTO gateway_meta VALUES (?1, ?2)", params![VERSION, key])?;
        }
        let (version, key): (i64, Vec<u8>) =
            tx.query_row("SELECT version, hash_key FROM gateway_meta", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        tx.commit()?;
        if version > VERSION {
            return Err(Error::new("the tokens were written by a newer version of the gateway"));
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)), hasher: Hasher::new(&key) })
    }

    /// Keeps a new token, or one that LINE Notify had issued.
    ///
    /// # Errors
    /// The name is empty or too long, the target is no chat's id, the token is there already, or the store did not take
    /// it.
    pub async fn issue(
        &self,
        new: NewToken,
        imported: Option<AccessToken>,
        now: hikyaku_sender::Time,
    ) -> Result<IssuedToken, Error> {
        check(&new)?;
        let token = match imported {
            Some(token) => token,
            None => AccessToken::new()?,
        };
        let hash = self.hasher.hash(token.expose());
        let id = self
            .run(move |connection| {
                let kept = connection.query_row(
                    "INSERT INTO gateway_tokens (hash, name, target, target_name, channel, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING RETURNING id",
                    params![hash, new.name, new.target, new.target_name, new.channel, now.as_millis()],
                    |row| row.get(0),
                );
                kept.optional()
            })
            .await?;
        match id {
            Some(id) => Ok(IssuedToken { id, token }),
            None => Err(Error::new("this token is in the store already, or was revoked there")),
        }
    }

    /// All tokens, the oldest first, and the revoked ones among them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, Error> {
        self.run(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM gateway_tokens ORDER BY id");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([], read)?;
            rows.collect()
        })
        .await
    }

    /// Makes a token useless at once; whether it was of use before.
    ///
    /// # Errors
    /// The store did not do it.
    pub async fn revoke(&self, id: i64, now: hikyaku_sender::Time) -> Result<bool, Error> {
        self.run(move |connection| {
            let sql =
                "UPDATE gateway_tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
            Ok(connection.execute(sql, params![id, now.as_millis()])? > 0)
        })
        .await
    }

    /// The token that works, by itself.
    pub(crate) async fn find(&self, token: &str) -> Result<Option<TokenRow>, Error> {
        let hash = self.hasher.hash(token);
        self.run(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM gateway_tokens WHERE hash = ?1 AND revoked_at IS NULL"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_row([hash], read).optional()
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let connection = self.connection.clone();
        blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(work(&mut connection)?)
        })
        .await
    }
}

const COLUMNS: &str = "id, name, target, target_name, channel, revoked_at IS NOT NULL";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        id: row.get(0)?,
        name: row.get(1)?,
        target: row.get(2)?,
        target_name: row.get(3)?,
        channel: row.get(4)?,
        revoked: row.get(5)?,
    })
}

fn check(new: &NewToken) -> Result<(), Error> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(Error::new(
            "a token's name has 1 to 100 characters, none of them a control character",
        ));
    }
    let mut target = new.target.chars();
    let kind = target.next();
    let rest = target.as_str();
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if !matches!(kind, Some('U' | 'C' | 'R')) || rest.len() != 32 || !rest.bytes().all(is_hex) {
        return Err(Error::new(
            "a target is the id of a user, group or room: U, C or R and 32 hexadecimal digits, as webhooks bring it; it is neither a display name nor a LINE ID",
        ));
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(why) => Err(Error::because("the store's work was broken off", why)),
    }
}
