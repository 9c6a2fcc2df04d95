//! Rows as they are read, and steps of one statement.

use hikyaku_sender::{Datum, Error, Transaction, Work};

/// The values of a row, one after the other. Columns that may be null are asked for as such.
pub(super) struct Row(std::vec::IntoIter<Datum>);

impl Row {
    pub(super) fn new(values: Vec<Datum>) -> Self {
        Self(values.into_iter())
    }

    fn next(&mut self) -> Datum {
        self.0.next().unwrap_or(Datum::Null)
    }

    pub(super) fn number(&mut self) -> i64 {
        self.number_if_any().unwrap_or_default()
    }

    pub(super) fn number_if_any(&mut self) -> Option<i64> {
        self.next().as_integer()
    }

    /// A number of things.
    pub(super) fn count_if_any(&mut self) -> Option<u64> {
        self.number_if_any().map(|number| u64::try_from(number).unwrap_or_default())
    }

    /// A number that is 0 or 1.
    pub(super) fn flag(&mut self) -> bool {
        self.number() != 0
    }

    pub(super) fn text(&mut self) -> String {
        self.text_if_any().unwrap_or_default()
    }

    pub(super) fn text_if_any(&mut self) -> Option<String> {
        match self.next() {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        match self.next() {
            Datum::Bytes(bytes) => bytes,
            _ => Vec::new(),
        }
    }
}

/// A number of things as a column takes it.
pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Runs a statement, and reads the rows that it returns.
pub(super) async fn rows<T>(
    tx: &mut Transaction<'_>,
    sql: &str,
    params: &[Datum],
    read: impl Fn(&mut Row) -> T,
) -> Result<Vec<T>, Error> {
    let rows = tx.query(sql, params).await?;
    Ok(rows.into_iter().map(|values| read(&mut Row::new(values))).collect())
}

/// A step of one statement.
pub(super) struct One<T> {
    pub(super) sql: String,
    pub(super) params: Vec<Datum>,
    pub(super) read: fn(&mut Row) -> T,
}

impl<T: Send + 'static> Work for One<T> {
    type Out = Vec<T>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Vec<T>, Error> {
        rows(tx, &self.sql, &self.params, self.read).await
    }
}
