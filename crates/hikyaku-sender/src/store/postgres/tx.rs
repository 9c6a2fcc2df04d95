use tokio_postgres::{GenericClient, SimpleQueryMessage, Statement, types::ToSql};

use super::{Connection, failed, read::Columns};
use crate::{
    Clock, Time,
    store::{
        Move, Result, Tx,
        read::{self, known},
    },
};

/// A transaction that is open on a connection: our own, or a caller's.
pub(crate) struct PgTx<'a, C> {
    pub(super) client: &'a C,
    /// What our own connection has prepared before.
    statements: Option<&'a mut std::collections::HashMap<String, Statement>>,
    pub(super) clock: &'a Clock,
    /// What was asked along with the beginning.
    begun: Option<Begun>,
}

struct Begun {
    now: Time,
    moved: Option<Move>,
}

const BEGIN: &str = "BEGIN; SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, moved_to, moved FROM hikyaku_meta";

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

impl<'a> PgTx<'a, tokio_postgres::Client> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        let live = &mut connection.live;
        Self { client: &live.client, statements: Some(&mut live.statements), clock, begun: None }
    }

    /// Begins a transaction, and asks at once what nearly every step begins with.
    pub(super) async fn begin(connection: &'a mut Connection, clock: &'a Clock) -> Result<Self> {
        let mut tx = Self::new(connection, clock);
        for message in tx.client.simple_query(BEGIN).await.map_err(failed)? {
            if let SimpleQueryMessage::Row(row) = message {
                let now =
                    known(row.get(0).and_then(|now| now.parse().ok()).map(Time::from_millis))?;
                let done = row.get(2) == Some("t");
                let moved = row.get(1).map(|to| Move { to: to.to_owned(), done });
                tx.begun = Some(Begun { now, moved });
            }
        }
        Ok(tx)
    }
}

impl<'a, C: GenericClient + Sync> PgTx<'a, C> {
    /// Works within a transaction that its caller has begun and will end.
    pub(crate) fn of_caller(client: &'a C, clock: &'a Clock) -> Self {
        Self { client, statements: None, clock, begun: None }
    }

    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.as_ref().and_then(|known| known.get(sql)) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await.map_err(failed)?;
        if let Some(known) = &mut self.statements {
            known.insert(sql.to_owned(), statement.clone());
        }
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

/// A count as a column takes it.
pub(super) fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl<C: GenericClient + Sync> Tx for PgTx<'_, C> {
    async fn now(&mut self) -> Result<Time> {
        if let Some(now) = self.clock.manual_now() {
            return Ok(now);
        }
        if let Some(begun) = &self.begun {
            return Ok(begun.now);
        }
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        Ok(self.row(sql, &[], |it| it.time()).await?.unwrap_or_default())
    }

    async fn moved(&mut self) -> Result<Option<Move>> {
        if let Some(begun) = &self.begun {
            return Ok(begun.moved.clone());
        }
        let sql = "SELECT moved_to, moved FROM hikyaku_meta WHERE moved_to IS NOT NULL";
        self.row(sql, &[], |it| Ok(Move { to: it.text()?, done: it.flag()? })).await
    }

    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        self.begun = None;
        let sql = "UPDATE hikyaku_meta SET moved_to = $1, moved = $2";
        self.execute(sql, &[&moved.to, &moved.done]).await.map(drop)
    }
}
