//! Many rows with as few statements as that takes: on `PostgreSQL`, each is a round trip.

use hikyaku_sender::{Datum, Error, Transaction};

/// How long the JSON of one statement may get, give or take a row, in bytes.
const LONGEST: usize = 4 << 20;

/// A column, and whether it is a number and not a text.
pub(super) type Column = (&'static str, bool);

/// Inserts rows, each of which is an array as JSON. What the statements return.
pub(super) async fn insert(
    tx: &mut Transaction<'_>,
    into: &str,
    columns: &[Column],
    rows: Vec<String>,
    on_conflict: &str,
) -> Result<Vec<Vec<Datum>>, Error> {
    // SQLite would take ON for a part of a join without WHERE.
    insert_where(tx, into, columns, rows, "true", on_conflict).await
}

/// The same, of those rows that fit a condition on them, by the name `new`.
pub(super) async fn insert_where(
    tx: &mut Transaction<'_>,
    into: &str,
    columns: &[Column],
    rows: Vec<String>,
    condition: &str,
    on_conflict: &str,
) -> Result<Vec<Vec<Datum>>, Error> {
    let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO {into} ({names}) SELECT {names} FROM ({}) AS new WHERE {condition} ON CONFLICT {on_conflict}",
        table(tx, columns)
    );
    let (mut returned, mut rows) = (Vec::new(), rows.into_iter().peekable());
    while rows.peek().is_some() {
        let mut array = String::from("[");
        while array.len() < LONGEST
            && let Some(row) = rows.next()
        {
            if array.len() > 1 {
                array.push(',');
            }
            array.push_str(&row);
        }
        array.push(']');
        returned.extend(tx.query(&sql, &[array.into()]).await?);
    }
    Ok(returned)
}

/// Selects the columns of rows, each of which is an array in the JSON array that parameter 1 is.
pub(super) fn table(tx: &Transaction<'_>, columns: &[Column]) -> String {
    let is_postgres = tx.is_postgres();
    let values = columns.iter().enumerate().map(|(place, (name, is_number))| match is_number {
        true if is_postgres => format!("(value ->> {place})::bigint AS {name}"),
        false if is_postgres => format!("value ->> {place} AS {name}"),
        _ => format!("json_extract(value, '$[{place}]') AS {name}"),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let array = if is_postgres { "jsonb_array_elements($1::text::jsonb)" } else { "json_each($1)" };
    format!("SELECT {values} FROM {array}")
}

/// Ends a selection of rows to change: on `PostgreSQL`, those that somebody else changes are left out, so that nobody waits.
pub(super) fn unlocked(tx: &Transaction<'_>) -> &'static str {
    if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Numbers as JSON, for [`numbers`].
pub(super) fn to_json(numbers: &[i64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Selects the numbers of the JSON array that a parameter is.
pub(super) fn numbers(tx: &Transaction<'_>, parameter: &str) -> String {
    if tx.is_postgres() {
        format!("SELECT value::bigint FROM jsonb_array_elements_text({parameter}::text::jsonb)")
    } else {
        format!("SELECT value FROM json_each({parameter})")
    }
}
