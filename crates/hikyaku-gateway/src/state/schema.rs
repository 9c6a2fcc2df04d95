//! The tables, with a version of their own.

use hikyaku_sender::{Error, Transaction, Work};

use super::row::{Row, rows};

/// What each version after the first adds, in their order. A version that was released stays as it is.
const UPGRADES: &[&[&str]] = &[
    // Version 2: budgets and priorities.
    &[
        "ALTER TABLE hikyaku_gateway_token ADD COLUMN budget bigint",
        "ALTER TABLE hikyaku_gateway_token ADD COLUMN priority text NOT NULL DEFAULT 'normal'",
        "ALTER TABLE hikyaku_gateway_key ADD COLUMN budget bigint",
        "ALTER TABLE hikyaku_gateway_key ADD COLUMN unmetered bigint NOT NULL DEFAULT 0",
        "ALTER TABLE hikyaku_gateway_key ADD COLUMN priority text NOT NULL DEFAULT 'normal'",
        // A month is one of Japan, such as 2026-11. `told` is 1 once the operator was told that it is nearly used up.
        "CREATE TABLE hikyaku_gateway_spend (owner text NOT NULL, month text NOT NULL, used bigint NOT NULL, \
         told bigint NOT NULL DEFAULT 0, PRIMARY KEY (owner, month))",
        // What an open or sent delivery has cost, until it is surely not sent or the month is over.
        "CREATE TABLE hikyaku_gateway_charge (delivery bigint NOT NULL PRIMARY KEY, owner text NOT NULL, month text NOT NULL, \
         cost bigint NOT NULL)",
    ],
    // Version 3: notifications that go together, free replies, alerts, and windows that nodes share.
    &[
        "CREATE TABLE hikyaku_gateway_waiting (id ID, channel text NOT NULL, target text NOT NULL, token bigint NOT NULL, \
         name text UNIQUE, request text NOT NULL, objects bigint NOT NULL, silent bigint NOT NULL, priority text NOT NULL, \
         picture text, closes_at bigint NOT NULL, delivery bigint)",
        "CREATE INDEX hikyaku_gateway_waiting_chat ON hikyaku_gateway_waiting (channel, target) WHERE delivery IS NULL",
        "CREATE INDEX hikyaku_gateway_waiting_time ON hikyaku_gateway_waiting (closes_at)",
        "CREATE INDEX hikyaku_gateway_waiting_delivery ON hikyaku_gateway_waiting (delivery)",
        "CREATE TABLE hikyaku_gateway_reply_token (token text NOT NULL PRIMARY KEY, channel text NOT NULL, chat text NOT NULL, \
         until bigint NOT NULL, used bigint NOT NULL)",
        "CREATE INDEX hikyaku_gateway_reply_token_chat ON hikyaku_gateway_reply_token (channel, chat)",
        "CREATE TABLE hikyaku_gateway_alert (about text NOT NULL PRIMARY KEY, at bigint NOT NULL)",
        "CREATE TABLE hikyaku_gateway_window (token bigint NOT NULL PRIMARY KEY, ends_at bigint NOT NULL, calls bigint NOT NULL, \
         uploads bigint NOT NULL)",
    ],
    // Version 4: people and operators who sign in, who made what, how much tokens are used, and what operators did.
    &[
        "ALTER TABLE hikyaku_gateway_token ADD COLUMN owner text",
        "ALTER TABLE hikyaku_gateway_code ADD COLUMN owner text",
        "ALTER TABLE hikyaku_gateway_service ADD COLUMN channel text",
        "ALTER TABLE hikyaku_gateway_service ADD COLUMN owner text",
        // The channel and the person whose token it is to be; the number of a token that moves to another chat.
        "ALTER TABLE hikyaku_gateway_unlinked ADD COLUMN channel text",
        "ALTER TABLE hikyaku_gateway_unlinked ADD COLUMN owner text",
        "ALTER TABLE hikyaku_gateway_unlinked ADD COLUMN moves bigint",
        // `is_link`: it is no session yet, but what begins one.
        "CREATE TABLE hikyaku_gateway_session (hash BYTES NOT NULL PRIMARY KEY, is_link bigint NOT NULL, role text NOT NULL, \
         channel text NOT NULL, name text NOT NULL, expires_at bigint NOT NULL)",
        "CREATE TABLE hikyaku_gateway_login (hash BYTES NOT NULL PRIMARY KEY, expires_at bigint NOT NULL)",
        "CREATE TABLE hikyaku_gateway_use (token bigint NOT NULL, month bigint NOT NULL, calls bigint NOT NULL, \
         sends bigint NOT NULL, last_at bigint NOT NULL, PRIMARY KEY (token, month))",
        "CREATE TABLE hikyaku_gateway_audit (id ID, at bigint NOT NULL, who text NOT NULL, act text NOT NULL, \
         what text NOT NULL, count bigint, done bigint, reason text NOT NULL)",
    ],
    // Version 5: channel access tokens that were issued through the gateway, and the names of the keys that they act as.
    &[
        "CREATE TABLE hikyaku_gateway_issued (hash BYTES NOT NULL PRIMARY KEY, key_name text NOT NULL, expires_at bigint NOT NULL)",
    ],
    // Version 6: how many sends of a key may wait; and whether somebody was told that a notification will be sent.
    &[
        "ALTER TABLE hikyaku_gateway_key ADD COLUMN backlog bigint",
        "ALTER TABLE hikyaku_gateway_waiting ADD COLUMN promised bigint NOT NULL DEFAULT 1",
    ],
];

/// Version 1. `ID` is the numbered key, `BYTES` the type of bytes.
const TABLES: [&str; 11] = [
    "CREATE TABLE hikyaku_gateway_meta (version bigint NOT NULL, hash_key BYTES NOT NULL)",
    "CREATE TABLE hikyaku_gateway_token (id ID, hash BYTES NOT NULL UNIQUE, name text NOT NULL, target text NOT NULL, \
     target_name text, channel text NOT NULL, service bigint, created_at bigint NOT NULL, revoked_at bigint)",
    "CREATE TABLE hikyaku_gateway_service (id ID, client_id text NOT NULL UNIQUE, secret_hash BYTES NOT NULL, \
     name text NOT NULL, callbacks text NOT NULL, created_at bigint NOT NULL, removed_at bigint)",
    "CREATE TABLE hikyaku_gateway_chat (channel text NOT NULL, id text NOT NULL, name text, gone bigint NOT NULL, \
     at bigint NOT NULL, PRIMARY KEY (channel, id))",
    "CREATE TABLE hikyaku_gateway_linked (channel text NOT NULL, person text NOT NULL, chat text NOT NULL, \
     PRIMARY KEY (channel, person, chat))",
    "CREATE TABLE hikyaku_gateway_flow (hash BYTES NOT NULL PRIMARY KEY, browser BYTES NOT NULL, service bigint NOT NULL, \
     redirect_uri text NOT NULL, state text NOT NULL, form_post bigint NOT NULL, lang text NOT NULL, \
     link BYTES NOT NULL UNIQUE, answer BYTES, answer_channel text, answer_person text, tries bigint NOT NULL, \
     channel text, person text, expires_at bigint NOT NULL)",
    "CREATE TABLE hikyaku_gateway_code (hash BYTES NOT NULL PRIMARY KEY, service bigint NOT NULL, redirect_uri text NOT NULL, \
     target text NOT NULL, channel text NOT NULL, token bigint, expires_at bigint NOT NULL)",
    "CREATE TABLE hikyaku_gateway_unlinked (link BYTES NOT NULL PRIMARY KEY, token BYTES NOT NULL, name text NOT NULL, \
     lang text NOT NULL, expires_at bigint NOT NULL)",
    "CREATE TABLE hikyaku_gateway_picture (name text NOT NULL PRIMARY KEY, bytes bigint NOT NULL, at bigint NOT NULL, \
     delivery bigint)",
    "CREATE TABLE hikyaku_gateway_seen (event text NOT NULL PRIMARY KEY, at bigint NOT NULL)",
    // A name works for one key at a time: `works_as` is null in the others.
    "CREATE TABLE hikyaku_gateway_key (id ID, hash BYTES NOT NULL UNIQUE, name text NOT NULL, works_as text UNIQUE, \
     channel text NOT NULL, send text NOT NULL, target text NOT NULL, call text NOT NULL, fairness_key text NOT NULL, \
     created_at bigint NOT NULL, revoked_at bigint)",
];

/// Two programs do not make the tables at once. It tells nothing: a statement that gives `void` has a row that is not read.
const LOCK: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(1212763995)) AS taken";

/// Makes the tables if there are none, with this key for their hashes, and brings older ones up to date.
pub(super) struct Migrate {
    pub(super) new_key: [u8; 32],
}

/// What is there.
pub(super) enum Found {
    /// The key of the hashes.
    Key(Vec<u8>),
    /// A newer version has written the tables.
    Newer(i64),
}

impl Work for Migrate {
    type Out = Option<Found>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let newest = 1 + i64::try_from(UPGRADES.len()).unwrap_or(i64::MAX);
        if tx.is_postgres() && version(tx).await? < Some(newest) {
            // Another program may be making them at this moment.
            tx.query(LOCK, &[]).await?;
        }
        if version(tx).await?.is_none() {
            make(tx, &TABLES).await?;
            let key = self.new_key.to_vec().into();
            let sql = "INSERT INTO hikyaku_gateway_meta (version, hash_key) VALUES ($1, $2)";
            tx.query(sql, &[1_i64.into(), key]).await?;
        }
        let version = version(tx).await?.unwrap_or_default();
        if version > newest {
            return Ok(Some(Found::Newer(version)));
        }
        let Ok(done) = usize::try_from(version - 1) else { return Ok(None) };
        for upgrade in UPGRADES.get(done..).unwrap_or_default() {
            make(tx, upgrade).await?;
        }
        if version < newest {
            tx.query("UPDATE hikyaku_gateway_meta SET version = $1", &[newest.into()]).await?;
        }
        let sql = "SELECT hash_key FROM hikyaku_gateway_meta";
        Ok(rows(tx, sql, &[], Row::bytes).await?.pop().map(Found::Key))
    }
}

/// The version of the tables; 0 where they have lost it, and nothing where there are none.
async fn version(tx: &mut Transaction<'_>) -> Result<Option<i64>, Error> {
    let exists = if tx.is_postgres() {
        "SELECT 1 WHERE to_regclass('hikyaku_gateway_meta') IS NOT NULL"
    } else {
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'hikyaku_gateway_meta'"
    };
    if tx.query(exists, &[]).await?.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT version FROM hikyaku_gateway_meta";
    Ok(Some(rows(tx, sql, &[], Row::number).await?.pop().unwrap_or_default()))
}

async fn make(tx: &mut Transaction<'_>, statements: &[&str]) -> Result<(), Error> {
    let (id, bytes) = if tx.is_postgres() {
        ("id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "bytea")
    } else {
        ("id INTEGER PRIMARY KEY AUTOINCREMENT", "blob")
    };
    for statement in statements {
        tx.query(&statement.replace("id ID", id).replace("BYTES", bytes), &[]).await?;
    }
    Ok(())
}
