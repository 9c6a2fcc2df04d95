use rusqlite::{
    CachedStatement, Connection, Params, params, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::{failed, read::Columns};
use crate::{
    Clock, Datum, Error,
    store::{Move, Result, Tables, Tx, read},
};

/// The transaction that is open on the connection. All of it happens at once; nothing waits.
pub(super) struct SqliteTx<'a> {
    connection: &'a mut Connection,
    pub(super) clock: &'a Clock,
    /// Whether it may have changed tables themselves, which are not counted as changes of rows.
    pub(super) altered: bool,
}

impl<'a> SqliteTx<'a> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        Self { connection, clock, altered: false }
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

impl Tables for SqliteTx<'_> {
    async fn query(&mut self, sql: &str, params: &[Datum]) -> Result<Vec<Vec<Datum>>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        self.altered |= !statement.readonly();
        let columns = statement.column_count();
        let params = params_from_iter(params.iter().map(value));
        if columns == 0 {
            return statement.execute(params).map(|_| Vec::new()).map_err(failed);
        }
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let row = (0..columns).map(|column| row.get_ref(column).map(datum).map_err(failed)?);
            found.push(row.collect::<Result<_>>()?);
        }
        Ok(found)
    }
}

fn value(datum: &Datum) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match datum {
        Datum::Null => ValueRef::Null,
        Datum::Integer(number) => ValueRef::Integer(*number),
        Datum::Text(text) => ValueRef::Text(text.as_bytes()),
        Datum::Bytes(bytes) => ValueRef::Blob(bytes),
    })
}

fn datum(value: ValueRef<'_>) -> Result<Datum> {
    Ok(match value {
        ValueRef::Null => Datum::Null,
        ValueRef::Integer(number) => Datum::Integer(number),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Datum::Text(text.to_owned()),
            Err(_) => return Err(Error::damaged("a text is no UTF-8")),
        },
        ValueRef::Blob(bytes) => Datum::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(Error::store("a column is no integer, text or bytes")),
    })
}
