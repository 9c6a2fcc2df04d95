use rusqlite::{CachedStatement, Connection, Params, params};

use super::{failed, read::Columns};
use crate::{
    Clock,
    store::{Move, Result, Tx, read},
};

/// The transaction that is open on the connection. All of it happens at once; nothing waits.
pub(super) struct SqliteTx<'a> {
    connection: &'a mut Connection,
    pub(super) clock: &'a Clock,
}

impl<'a> SqliteTx<'a> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        Self { connection, clock }
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql).map_err(failed)
    }

    /// The id of the row that was inserted last.
    pub(super) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(&mut Columns::new(row))?);
        }
        Ok(found)
    }

    pub(super) fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Option<T>> {
        one(&mut self.prepare(sql)?, params, read)
    }

    /// The row of each id, where there is one.
    pub(super) fn each<T>(
        &self,
        sql: &str,
        ids: &[i64],
        read: impl Fn(&mut dyn read::Columns) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql)?;
        ids.iter().filter_map(|id| one(&mut statement, [id], &read).transpose()).collect()
    }

    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params).map_err(failed)
    }
}

fn one<T>(
    statement: &mut CachedStatement<'_>,
    params: impl Params,
    read: impl Fn(&mut dyn read::Columns) -> Result<T>,
) -> Result<Option<T>> {
    let mut rows = statement.query(params).map_err(failed)?;
    rows.next().map_err(failed)?.map(|row| read(&mut Columns::new(row))).transpose()
}

impl Tx for SqliteTx<'_> {
    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        let sql = "UPDATE meta SET moved_to = ?1, moved = ?2";
        self.execute(sql, params![moved.to, moved.done]).map(drop)
    }
}
