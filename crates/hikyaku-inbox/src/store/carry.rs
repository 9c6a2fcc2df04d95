//! Bringing all of an inbox into another store.

use hikyaku_sender::{Datum, Error, Transaction, Work};
use serde_json::Value;

use super::many::{Column, insert};

/// How many rows are read and written at once.
const PAGE: i64 = 200;

/// What makes an event what it is. What is missing follows from it, or from the claims of programs that are left behind.
const EVENT: [Column; 18] = [
    ("destination", false),
    ("event_id", false),
    ("chat", false),
    ("at", true),
    ("received_at", true),
    ("body", false),
    ("state", true),
    ("late", true),
    ("attempts", true),
    ("due", true),
    ("error", false),
    ("done_at", true),
    ("given", false),
    ("reply_channel", false),
    ("reply_key", false),
    ("check_at", true),
    ("unanswered", true),
    ("reply_or_push", true),
];

const ANSWER: [Column; 6] = [
    ("destination", false),
    ("event_id", false),
    ("part", true),
    ("chat", false),
    ("messages", false),
    ("at", true),
];

const BUDGET: [Column; 3] = [("chat", false), ("day", true), ("used", true)];

/// Taken of one of the tables.
#[derive(Debug)]
pub(crate) struct Taken {
    table: &'static str,
    columns: &'static [Column],
    rows: Vec<Vec<Datum>>,
}

impl Taken {
    pub(crate) fn count(&self) -> u64 {
        self.rows.len() as u64
    }
}

/// The next events with a greater number.
pub(crate) struct TakeEvents {
    pub(crate) after: i64,
}

impl Work for TakeEvents {
    /// Nothing, where there are no more; else with the number of the last one.
    type Out = Option<(Taken, i64)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        // Nobody handles it there: what is handled at this moment cannot be settled any more.
        let columns = names(&EVENT).replace("state", "CASE state WHEN 1 THEN 0 ELSE state END");
        let sql = format!(
            "SELECT id, {columns} FROM hikyaku_inbox_event WHERE id > $1 ORDER BY id LIMIT {PAGE}"
        );
        let mut rows = tx.query(&sql, &[self.after.into()]).await?;
        let Some(last) = rows.last().and_then(|row| row.first()).and_then(Datum::as_integer) else {
            return Ok(None);
        };
        for row in &mut rows {
            row.remove(0);
        }
        Ok(Some((Taken { table: "hikyaku_inbox_event", columns: &EVENT, rows }, last)))
    }
}

/// The next answers that wait to be fetched.
pub(crate) struct TakeAnswers {
    /// The bot, the event and the part of the last one that was taken.
    pub(crate) after: (String, String, i64),
}

impl Work for TakeAnswers {
    /// Nothing, where there are no more; else with the place of the last one.
    type Out = Option<(Taken, (String, String, i64))>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let columns = names(&ANSWER);
        let sql = format!(
            "SELECT {columns} FROM hikyaku_inbox_answer WHERE (destination, event_id, part) > ($1, $2, $3) \
             ORDER BY destination, event_id, part LIMIT {PAGE}"
        );
        let (destination, event_id, part) = &self.after;
        let params = [destination.as_str().into(), event_id.as_str().into(), (*part).into()];
        let rows = tx.query(&sql, &params).await?;
        let last = rows.last().and_then(|row| match row.as_slice() {
            [destination, event_id, part, ..] => Some((
                destination.as_text()?.to_owned(),
                event_id.as_text()?.to_owned(),
                part.as_integer()?,
            )),
            _ => None,
        });
        let rows = Taken { table: "hikyaku_inbox_answer", columns: &ANSWER, rows };
        Ok(last.map(|last| (rows, last)))
    }
}

/// How many pushes the answers in the next chats have cost.
pub(crate) struct TakeBudgets {
    /// The chat of the last one that was taken.
    pub(crate) after: String,
}

impl Work for TakeBudgets {
    /// Nothing, where there are no more; else with the chat of the last one.
    type Out = Option<(Taken, String)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let columns = names(&BUDGET);
        let sql = format!(
            "SELECT {columns} FROM hikyaku_inbox_budget WHERE chat > $1 ORDER BY chat LIMIT {PAGE}"
        );
        let rows = tx.query(&sql, &[self.after.as_str().into()]).await?;
        let last = rows.last().and_then(|row| row.first()).and_then(Datum::as_text);
        let Some(last) = last.map(str::to_owned) else { return Ok(None) };
        Ok(Some((Taken { table: "hikyaku_inbox_budget", columns: &BUDGET, rows }, last)))
    }
}

/// Writes rows into another inbox.
pub(crate) struct Bring(pub(crate) Taken);

impl Work for Bring {
    /// Whether none of them was there before.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let Taken { table, columns, rows } = &self.0;
        let json =
            rows.iter().map(|row| row.iter().map(value).collect::<Value>().to_string()).collect();
        let brought = insert(tx, table, columns, json, "DO NOTHING RETURNING 1").await?;
        Ok(brought.len() == rows.len())
    }
}

/// Whether an inbox has neither events nor answers, nor counts of pushes.
pub(crate) struct IsEmpty;

impl Work for IsEmpty {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        for table in ["hikyaku_inbox_event", "hikyaku_inbox_answer", "hikyaku_inbox_budget"] {
            if !tx.query(&format!("SELECT 1 FROM {table} LIMIT 1"), &[]).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// `PostgreSQL` keeps no zero character, and `SQLite` does.
fn value(datum: &Datum) -> Value {
    match (datum.as_integer(), datum.as_text()) {
        (Some(number), _) => number.into(),
        (_, Some(text)) => text.replace('\0', "\u{fffd}").into(),
        _ => Value::Null,
    }
}
