//! Whether workers live. Each holds an advisory lock in a session of its own, which the server lets go at once when that
//! session ends; what a worker claimed bears its number.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio_postgres::Client;
use uuid::Uuid;

use super::failed;
use crate::store::Result;

/// The first of the two numbers of each such lock; the other is the worker's.
const CLASS: i32 = 0x4849_4b4e;

/// How long a worker has to be missing until it counts as gone: one that lost its connection takes its lock again sooner.
const GONE: Duration = Duration::from_secs(2);

/// This program among those that work on the database.
#[derive(Debug)]
pub(super) struct Node {
    number: i32,
    /// The same, or 0 while its lock is lost.
    claims: AtomicI32,
    /// Since when others are missing.
    missing: Mutex<HashMap<i32, Instant>>,
}

impl Node {
    pub(super) fn new() -> Self {
        let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
        let number = i32::from_be_bytes([a & 0x7f, b, c, d]).max(1);
        Self { number, claims: AtomicI32::new(number), missing: Mutex::default() }
    }

    /// What its claims bear, while its end would be noticed, or will be: a number without a lock is nobody's until it was
    /// once locked, so the first claims need not wait for the lock.
    pub(super) fn claims_as(&self) -> Option<i32> {
        Some(self.claims.load(Ordering::SeqCst)).filter(|number| *number != 0)
    }

    /// Takes its lock in this session.
    pub(super) async fn lock(&self, session: &Client) -> Result<()> {
        let number = self.number;
        let sql = format!(
            "SELECT pg_advisory_lock({CLASS}, {number}); INSERT INTO hikyaku_node (node) VALUES ({number}) ON CONFLICT DO NOTHING"
        );
        session.batch_execute(&sql).await.map_err(failed)?;
        self.claims.store(number, Ordering::SeqCst);
        Ok(())
    }

    /// The session is over, or about to be.
    pub(super) fn unlocked(&self) {
        self.claims.store(0, Ordering::SeqCst);
    }

    /// The numbers of all whose lock nobody holds.
    pub(super) fn look() -> String {
        format!(
            "SELECT node FROM hikyaku_node WHERE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {CLASS} \
             AND objid = node::oid AND objsubid = 2 AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
    }

    /// Those of them that are gone, from what looks have found so far.
    pub(super) fn gone(&self, without_lock: &[i32]) -> Vec<i32> {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.retain(|number, _| without_lock.contains(number));
        let now = Instant::now();
        let others = without_lock.iter().copied().filter(|number| *number != self.number);
        others.filter(|number| now - *missing.entry(*number).or_insert(now) >= GONE).collect()
    }

    /// Whether this transaction may take over what the worker of a number had: it did not come back meanwhile, and cannot
    /// until the transaction ends.
    pub(super) fn take(number: i32) -> String {
        format!("SELECT pg_try_advisory_xact_lock({CLASS}, {number})")
    }
}
