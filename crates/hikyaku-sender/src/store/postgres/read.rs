//! From PostgreSQL's rows to ours.

use tokio_postgres::{
    Row as Sql,
    types::{FromSql, Type, accepts},
};
use uuid::Uuid;

use super::failed;
use crate::store::{Payload, Result, Row, Stored, read};

/// One row of an answer.
pub(super) struct Columns<'a> {
    row: &'a Sql,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn new(row: &'a Sql) -> Self {
        Self { row, next: 0 }
    }

    fn get<T: FromSql<'a>>(&mut self) -> Result<T> {
        let value = self.row.try_get(self.next).map_err(failed);
        self.next += 1;
        value
    }
}

impl read::Columns for Columns<'_> {
    fn integer(&mut self) -> Result<Option<i64>> {
        Ok(self.get::<Option<Integer>>()?.map(|Integer(number)| number))
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
        self.get()
    }
}

/// A whole number of any width, or a truth value.
struct Integer(i64);

impl<'a> FromSql<'a> for Integer {
    fn from_sql(
        of: &Type,
        bytes: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *of {
            Type::BOOL => bool::from_sql(of, bytes)?.into(),
            Type::INT2 => i16::from_sql(of, bytes)?.into(),
            Type::INT4 => i32::from_sql(of, bytes)?.into(),
            _ => i64::from_sql(of, bytes)?,
        }))
    }

    accepts!(BOOL, INT2, INT4, INT8);
}

/// The columns that [`stored`] reads.
pub(super) fn stored_columns() -> String {
    format!("{}, {}, {}", *read::ROW, *read::PAYLOAD, *read::MORE)
}

pub(super) fn stored(it: &mut dyn read::Columns) -> Result<Stored> {
    let (row, payload) = row_and_payload(it)?;
    read::stored(row, payload, it)
}

pub(super) fn row_and_payload(it: &mut dyn read::Columns) -> Result<(Row, Payload)> {
    Ok((read::row(it)?, read::payload(it)?))
}
