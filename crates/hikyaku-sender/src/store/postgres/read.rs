//! From PostgreSQL's rows to ours.

use bytes::BytesMut;
use tokio_postgres::{
    Row as Sql,
    types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked},
};
use uuid::Uuid;

use super::failed;
use crate::{
    Datum,
    store::{Payload, Result, Row, Stored, read},
};

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

impl<'a> FromSql<'a> for Datum {
    fn from_sql(
        of: &Type,
        bytes: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *of {
            Type::TEXT | Type::VARCHAR | Type::NAME => Self::Text(String::from_sql(of, bytes)?),
            Type::BYTEA => Self::Bytes(bytes.to_vec()),
            _ => Self::Integer(Integer::from_sql(of, bytes)?.0),
        })
    }

    fn from_sql_null(
        _: &Type,
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self::Null)
    }

    accepts!(BOOL, INT2, INT4, INT8, TEXT, VARCHAR, NAME, BYTEA);
}

impl ToSql for Datum {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => match *of {
                Type::INT2 => i16::try_from(*number)?.to_sql(of, out),
                Type::INT4 => i32::try_from(*number)?.to_sql(of, out),
                _ => number.to_sql_checked(of, out),
            },
            Self::Text(text) => text.to_sql_checked(of, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Each value is checked as it is written.
        true
    }

    to_sql_checked!();
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
