//! From `SQLite`'s rows to ours. What does not match its seal is damage.

use rusqlite::{Row as Sql, types::FromSql};
use uuid::Uuid;

use super::{failed, seal};
use crate::{
    Error,
    store::{
        Payload, Result, Row, Stored,
        read::{self, known},
    },
};

/// One row of an answer.
pub(super) struct Columns<'a> {
    row: &'a Sql<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn new(row: &'a Sql<'a>) -> Self {
        Self { row, next: 0 }
    }

    fn get<T: FromSql>(&mut self) -> Result<T> {
        let value = self.row.get(self.next).map_err(failed);
        self.next += 1;
        value
    }
}

impl read::Columns for Columns<'_> {
    fn integer(&mut self) -> Result<Option<i64>> {
        self.get()
    }

    fn real(&mut self) -> Result<f64> {
        self.get()
    }

    fn text_if_any(&mut self) -> Result<Option<String>> {
        self.get()
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        self.get()
    }

    fn uuid(&mut self) -> Result<Uuid> {
        self.get().map(Uuid::from_bytes)
    }
}

/// The columns that [`row`] reads.
pub(super) fn row_columns() -> String {
    format!("{}, seal", *read::ROW)
}

pub(super) fn row(it: &mut dyn read::Columns) -> Result<Row> {
    let row = read::row(it)?;
    if known(it.integer()?)? != seal::row(&row.channel, row.campaign, &row.delivery) {
        return Err(Error::damaged(format!("delivery {} is not as it was written", row.id)));
    }
    Ok(row)
}

/// The columns that [`row_and_payload`] reads.
pub(super) fn row_and_payload_columns() -> String {
    format!("{}, {}, payload_seal", row_columns(), *read::PAYLOAD)
}

pub(super) fn row_and_payload(it: &mut dyn read::Columns) -> Result<(Row, Payload)> {
    let row = row(it)?;
    let payload = read::payload(it)?;
    if known(it.integer()?)? != seal::payload(&payload) {
        return Err(Error::damaged(format!(
            "what delivery {} sends is not as it was written",
            row.id
        )));
    }
    Ok((row, payload))
}

/// The columns that [`stored`] reads.
pub(super) fn stored_columns() -> String {
    format!("{}, {}", row_and_payload_columns(), *read::MORE)
}

pub(super) fn stored(it: &mut dyn read::Columns) -> Result<Stored> {
    let (row, payload) = row_and_payload(it)?;
    read::stored(row, payload, it)
}
