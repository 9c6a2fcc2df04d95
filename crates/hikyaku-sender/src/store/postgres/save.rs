//! Rows written back, many with one statement. What is the same in all of them is passed once: an element of an array costs
//! the server a quarter of a microsecond, and a delivery has 21 columns that change.

use std::{collections::HashSet, sync::LazyLock};

use tokio_postgres::types::ToSql;

use super::{failed, tx::PgTx};
use crate::store::{
    Result, Row,
    columns::{self, CHANGING, Column, Value},
    states::AS_CLAIMED,
};

/// What differs between rows that are claimed together for the first time, and between those that are accepted together.
const CLAIMED: [&str; 2] = ["retry_key", "due"];
const ACCEPTED: [&str; 7] =
    ["retry_key", "key_used_at", "claimed_at", "due", "request_id", "first_attempt", "answer"];

/// From the fewest columns to all.
static SAVES: LazyLock<[Save; 3]> = LazyLock::new(|| {
    let named = |names: &'static [&str]| Save::new(|(name, _)| names.contains(name));
    [named(&CLAIMED), named(&ACCEPTED), Save::new(|_| true)]
});

type Values<'a> = [Value<'a>; CHANGING.len()];

/// A statement that writes rows which differ in some columns only.
struct Save {
    differs: [bool; CHANGING.len()],
    sql: String,
    /// The same for rows that are in flight for the first time and as they were claimed; it gives their ids.
    as_claimed: String,
}

/// The values of a column: of each row, or of all.
enum Param<'a> {
    Each(Vec<Value<'a>>),
    All(Value<'a>),
}

impl Save {
    fn new(differs: impl Fn(&Column) -> bool) -> Self {
        let differs = CHANGING.each_ref().map(differs);
        let each =
            || CHANGING.iter().zip(differs).filter(|(_, differs)| *differs).map(|(it, _)| it);
        // After the ids and the node.
        let mut numbers = 3..;
        let (mut set, mut arrays) = (Vec::new(), vec!["$1::bigint[]".to_owned()]);
        let mut value = |(name, of): &Column, differs: bool| {
            let number = numbers.next().unwrap_or_default();
            if differs {
                arrays.push(format!("${number}::{of}[]"));
                format!("new.{name}")
            } else {
                format!("${number}::{of}")
            }
        };
        let (mut state, mut fence) = (String::new(), String::new());
        for (column, differs) in CHANGING.iter().zip(differs) {
            let value = value(column, differs);
            match column.0 {
                "state" => state.clone_from(&value),
                "fence" => fence.clone_from(&value),
                _ => {}
            }
            set.push(format!("{} = {value}", column.0));
        }
        // A claim is what makes a fence grow.
        let node = format!(
            "CASE WHEN {state} <> 1 THEN NULL WHEN {fence} <> it.fence THEN $2::integer ELSE it.node END"
        );
        let names =
            std::iter::once("id".to_owned()).chain(each().map(|(name, _)| (*name).to_owned()));
        let sql = format!(
            "UPDATE hikyaku_delivery AS it SET {}, node = {node} FROM unnest({}) AS new ({}) WHERE it.id = new.id",
            set.join(", "),
            arrays.join(", "),
            names.collect::<Vec<_>>().join(", ")
        );
        let as_claimed = format!("{sql} AND it.fence = {fence} AND {AS_CLAIMED} RETURNING it.id");
        Self { differs, sql, as_claimed }
    }

    /// Whether two rows may be written together.
    fn fits(&self, one: &Values<'_>, other: &Values<'_>) -> bool {
        let mut columns = self.differs.iter().zip(one.iter().zip(other));
        columns.all(|(differs, (one, other))| *differs || one == other)
    }

    fn params<'a>(&self, rows: &[(i64, Values<'a>)]) -> Vec<Param<'a>> {
        let column = |(at, differs): (usize, &bool)| {
            let mut values = rows.iter().filter_map(|(_, values)| values.get(at).copied());
            if *differs {
                Some(Param::Each(values.collect()))
            } else {
                values.next().map(Param::All)
            }
        };
        self.differs.iter().enumerate().filter_map(column).collect()
    }
}

impl Param<'_> {
    fn to_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Each(values) => values,
            Self::All(value) => value,
        }
    }
}

impl PgTx<'_> {
    /// Writes rows back, with one statement or two.
    pub(super) async fn save_all(&mut self, rows: &[Row]) -> Result<()> {
        let rows: Vec<_> = rows.iter().map(written).collect();
        let Some(typical) = typical(&rows) else { return Ok(()) };
        let [claimed, accepted, any] = &*SAVES;
        let fits = |save: &&Save| rows.iter().all(|(_, row)| save.fits(&typical, row));
        if let Some(save) = [claimed, accepted].into_iter().find(fits) {
            return self.save_with(save, &save.sql, &rows).await.map(drop);
        }
        let (alike, others): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(_, row)| accepted.fits(&typical, row));
        self.save_with(accepted, &accepted.sql, &alike).await?;
        self.save_with(any, &any.sql, &others).await.map(drop)
    }

    /// Writes rows back that are as they were claimed. The ids of those that it wrote.
    pub(super) async fn save_those_as_claimed(&mut self, rows: &[Row]) -> Result<HashSet<i64>> {
        let rows: Vec<_> = rows.iter().map(written).collect();
        let Some(typical) = typical(&rows) else { return Ok(HashSet::new()) };
        let [.., accepted, _] = &*SAVES;
        // The others are not worth a statement: they are loaded.
        let alike = rows.into_iter().filter(|(_, row)| accepted.fits(&typical, row));
        self.save_with(accepted, &accepted.as_claimed, &alike.collect::<Vec<_>>()).await
    }

    /// The ids that the statement gives.
    async fn save_with(
        &mut self,
        save: &Save,
        sql: &str,
        rows: &[(i64, Values<'_>)],
    ) -> Result<HashSet<i64>> {
        let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
        let (node, columns) = (self.node, save.params(rows));
        let first: [&(dyn ToSql + Sync); 2] = [&ids, &node];
        let params: Vec<_> = first.into_iter().chain(columns.iter().map(Param::to_sql)).collect();
        let statement = self.prepare(sql).await?;
        let saved = self.client.query(&statement, &params).await.map_err(failed)?;
        saved.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }
}

fn written(row: &Row) -> (i64, Values<'_>) {
    (row.id, columns::changing(&row.delivery))
}

/// One that most of them are like.
fn typical<'a>(rows: &[(i64, Values<'a>)]) -> Option<Values<'a>> {
    rows.get(rows.len() / 2).map(|(_, values)| *values)
}
