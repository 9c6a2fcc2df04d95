use std::time::Instant;

use tokio_postgres::{Client, SimpleQueryMessage, Statement, types::ToSql};

use super::{
    Connection, connection::SETTINGS, failed, gate::Gate, is_outdated, node::Node, read::Columns,
};
use crate::{
    Clock, Datum, Time,
    store::{
        Fence, Move, Reads as _, Result, Tables, Tx,
        columns::Value,
        read::{self, known},
        step,
    },
};

/// How many prepared statements a connection keeps. This crate and those that keep their own tables beside its have fewer; a program
/// that writes values into its statements has no end of them.
const STATEMENTS: usize = 1000;

/// A transaction that is open on a connection.
pub(crate) struct PgTx<'a> {
    pub(super) client: &'a Client,
    /// What the connection has prepared before.
    statements: &'a mut std::collections::HashMap<String, Statement>,
    pub(super) clock: &'a Clock,
    /// What was asked along with the beginning.
    pub(super) begun: Option<Begun>,
    /// Where it is stopped in tests.
    pub(super) gate: Option<&'a Gate>,
    /// Who claims in it.
    pub(super) node: Option<i32>,
    /// Whether it has put deliveries into the store that wait for a worker.
    pub(super) inserted: bool,
}

pub(super) struct Begun {
    /// The server's time, and when it was told.
    pub(super) now: Time,
    pub(super) at: Instant,
    pub(super) moved: Option<Move>,
    /// Whether any fairness key has a budget.
    pub(super) budgets: bool,
}

/// What nearly every step begins with: the time, where the store was moved, and whether there are budgets.
const NOW_AND_MOVE: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, moved_to, moved, budgets FROM hikyaku_meta";

/// Every change holds this lock together with the others (`schema/enqueue.sql`, too), and a move alone. Where a store was moved is read under it, in
/// a statement of its own: one statement sees what was committed before it began to wait.
const MOVE_LOCK: i64 = 0x4849_4b5a;

/// How long a move waits for changes that are under way: those that come meanwhile wait behind it.
const LONGEST_CHANGE: &str = "10s";

/// The statements that begin a transaction that only looks. All of it sees the same, and a standby may run it.
pub(super) fn begin_to_read(pooled: bool) -> String {
    let settings = settings(pooled);
    format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {settings}{NOW_AND_MOVE}")
}

/// Behind a pooler, the session is this program's for one transaction only, and has to be as others left it.
fn settings(pooled: bool) -> String {
    if pooled { format!("SET LOCAL {}; ", SETTINGS.join("; SET LOCAL ")) } else { String::new() }
}

/// How long a step that hurries waits for another transaction.
const MOMENT: &str = "50ms";

/// The statements that begin a transaction behind this fence.
pub(super) fn begin_to_write(fence: Fence, hurries: bool, pooled: bool) -> String {
    let moment =
        if hurries { format!("SET LOCAL lock_timeout = '{MOMENT}'; ") } else { String::new() };
    let fence = match fence {
        Fence::Shared => format!("SELECT pg_advisory_xact_lock_shared({MOVE_LOCK})"),
        Fence::Exclusive => format!(
            "SET LOCAL lock_timeout = '{LONGEST_CHANGE}'; SELECT pg_advisory_xact_lock({MOVE_LOCK})"
        ),
    };
    let settings = settings(pooled);
    format!("BEGIN ISOLATION LEVEL READ COMMITTED; {settings}{fence}; {moment}{NOW_AND_MOVE}")
}

/// How many deliveries of a worker that is gone are taken over with one commit.
const TAKEN_OVER: u32 = 1000;

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

impl<'a> PgTx<'a> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        let live = &mut connection.live;
        Self {
            client: &live.client,
            statements: &mut live.statements,
            clock,
            begun: None,
            gate: None,
            node: None,
            inserted: false,
        }
    }

    /// Begins a transaction, and asks at once what nearly every step begins with.
    pub(super) async fn begin(
        connection: &'a mut Connection,
        clock: &'a Clock,
        statements: &str,
    ) -> Result<Self> {
        let mut tx = Self::new(connection, clock);
        tx.ask(statements).await?;
        Ok(tx)
    }

    /// Runs statements that end with [`NOW_AND_MOVE`].
    async fn ask(&mut self, statements: &str) -> Result<()> {
        for message in self.client.simple_query(statements).await.map_err(failed)? {
            match message {
                SimpleQueryMessage::Row(row) if row.len() == 4 => {
                    let now =
                        known(row.get(0).and_then(|now| now.parse().ok()).map(Time::from_millis))?;
                    let done = row.get(2) == Some("t");
                    let moved = row.get(1).map(|to| Move { to: to.to_owned(), done });
                    let budgets = row.get(3) == Some("t");
                    self.begun = Some(Begun { now, at: Instant::now(), moved, budgets });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every statement comes by here.
    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(gate) = self.gate {
            gate.pass().await;
        }
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await.map_err(failed)?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) async fn rows<T>(
        &mut self,
        sql: &str,
        params: Params<'_>,
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.prepare(sql).await?;
        let rows = self.client.query(&statement, params).await.map_err(failed)?;
        rows.iter().map(|row| read(&mut Columns::new(row))).collect()
    }

    /// Asks what may be asked in many forms, none of which is worth keeping.
    pub(super) async fn rows_once<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Vec<T>> {
        let params: Vec<_> = values.iter().map(|it| it as &(dyn ToSql + Sync)).collect();
        let rows = self.client.query(sql, &params).await.map_err(failed)?;
        rows.iter().map(|row| read(&mut Columns::new(row))).collect()
    }

    pub(super) async fn row<T>(
        &mut self,
        sql: &str,
        params: Params<'_>,
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Option<T>> {
        let statement = self.prepare(sql).await?;
        let row = self.client.query_opt(&statement, params).await.map_err(failed)?;
        row.as_ref().map(|row| read(&mut Columns::new(row))).transpose()
    }

    pub(super) async fn execute(&mut self, sql: &str, params: Params<'_>) -> Result<u64> {
        let statement = self.prepare(sql).await?;
        self.client.execute(&statement, params).await.map_err(failed)
    }
}

impl PgTx<'_> {
    /// Takes back some of what the worker of a number had, and forgets it when there is no more.
    pub(super) async fn take_over_from(&mut self, number: i32) -> Result<u64> {
        if self.moved().await?.is_some() || !self.is_mine(&Node::take(number)).await? {
            return Ok(0);
        }
        let rows = self.held_by(number, TAKEN_OVER).await?;
        let taken = rows.len() as u64;
        if rows.is_empty() {
            self.execute("DELETE FROM hikyaku_node WHERE node = $1", &[&number]).await?;
        } else {
            step::take_back(self, rows).await?;
        }
        Ok(taken)
    }

    async fn is_mine(&mut self, sql: &str) -> Result<bool> {
        Ok(self.row(sql, &[], |it| it.flag()).await?.unwrap_or_default())
    }
}

/// A count as a column takes it.
pub(super) fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl Tx for PgTx<'_> {
    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        self.begun = None;
        let sql = "UPDATE hikyaku_meta SET moved_to = $1, moved = $2";
        self.execute(sql, &[&moved.to, &moved.done]).await.map(drop)
    }
}

impl Tables for PgTx<'_> {
    const IS_POSTGRES: bool = true;

    async fn query(&mut self, sql: &str, params: &[Datum]) -> Result<Vec<Vec<Datum>>> {
        let params: Vec<_> = params.iter().map(|it| it as &(dyn ToSql + Sync)).collect();
        let statement = self.prepare(sql).await?;
        let rows = self.client.query(&statement, &params).await.map_err(failed);
        if rows.as_ref().is_err_and(is_outdated) {
            self.statements.remove(sql);
        }
        let rows = rows?;
        let read = |row: &tokio_postgres::Row| {
            (0..row.len()).map(|column| row.try_get(column).map_err(failed)).collect()
        };
        rows.iter().map(read).collect()
    }
}
