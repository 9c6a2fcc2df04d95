use std::sync::LazyLock;

use rusqlite::{
    CachedStatement, params, params_from_iter,
    types::{ToSql, ToSqlOutput},
};

use super::{failed, read, seal, tx::SqliteTx};
use crate::{
    Attempt, Lane, Priority, State, Time,
    attempt::NEWEST,
    delivery::Order,
    store::{
        Deliveries, Fresh, Payload, Result, Row,
        columns::{self, CHANGING, FIXED, PAYLOAD, Value},
        states::{AS_CLAIMED, CLAIMABLE, FINISHED, LEASED, ORDERED, UNTOLD, WAITING},
    },
};

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns = || FIXED.iter().chain(&CHANGING);
    format!(
        "INSERT INTO delivery ({}, seal) VALUES ({}, ?) \
         ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING",
        columns::names(columns()),
        columns::list(columns(), |_| "?".to_owned())
    )
});

static INSERT_PAYLOAD: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO payload (delivery, {}, payload_seal) VALUES (?, {}, ?)",
        columns::names(&PAYLOAD),
        columns::list(&PAYLOAD, |_| "?".to_owned())
    )
});

static SAVE: LazyLock<String> = LazyLock::new(|| {
    let set = columns::list(&CHANGING, |(name, _)| format!("{name} = ?"));
    format!("UPDATE delivery AS it SET {set}, seal = ? WHERE id = ?")
});

static SAVE_AS_CLAIMED: LazyLock<String> =
    LazyLock::new(|| format!("{} AND fence = ? AND {AS_CLAIMED}", *SAVE));

impl Deliveries for SqliteTx<'_> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        let mut delivery = self.prepare(&INSERT)?;
        let mut payload = self.prepare(&INSERT_PAYLOAD)?;
        rows.iter()
            .map(|fresh| {
                if !insert(&mut delivery, fresh)? {
                    return Ok(None);
                }
                let id = self.last_id();
                insert_payload(&mut payload, id, &fresh.payload)?;
                Ok(Some(id))
            })
            .collect()
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        priority: Priority,
        keys: &[(String, u32)],
        now: Time,
    ) -> Result<Vec<Vec<(Row, Payload)>>> {
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE {CLAIMABLE} AND channel = ?1 AND lane = ?2 AND priority = ?3 \
             AND fairness_key = ?4 AND due <= ?5 ORDER BY due, id LIMIT ?6",
            read::row_and_payload_columns()
        );
        let of_key = |(key, limit): &(String, u32)| {
            let (lane, priority) = (lane.code(), priority.code());
            let params = params![channel, lane, priority, key, now.as_millis(), limit];
            self.rows(&sql, params, read::row_and_payload)
        };
        keys.iter().map(of_key).collect()
    }

    async fn in_doubt(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        // By the index of those in doubt, of which there are few.
        let sql = format!(
            "SELECT {} FROM delivery INDEXED BY delivery_doubted JOIN payload ON delivery = id WHERE first_maybe_at IS NOT NULL \
             AND {WAITING} AND behind < 2 AND channel = ?1 AND lane = ?2 AND fairness_key = ?3 ORDER BY due, id LIMIT ?4",
            read::row_and_payload_columns()
        );
        let mut found = Vec::new();
        for key in keys {
            let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let params = params![channel, lane.code(), key, left];
            found.extend(self.rows(&sql, params, read::row_and_payload)?);
        }
        Ok(found)
    }

    async fn in_the_way(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        now: Time,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE {CLAIMABLE} AND channel = ?1 AND lane = ?2 AND priority = ?3 AND fairness_key = ?4 AND due <= ?5 \
             AND state = 0 AND ordered IS NOT NULL AND behind >= 0 AND key_used_at IS NULL LIMIT ?6",
            read::row_columns()
        );
        let mut found = Vec::new();
        for key in keys {
            for priority in Priority::ALL {
                let (lane, priority) = (lane.code(), priority.code());
                let params = params![channel, lane, priority, key, now.as_millis(), limit];
                found.extend(self.rows(&sql, params, read::row)?);
            }
        }
        Ok(found)
    }

    async fn load(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let sql = format!("SELECT {} FROM delivery WHERE id = ?1", read::row_columns());
        self.each(&sql, &ids, read::row)
    }

    async fn load_unlocked(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        self.load(ids).await
    }

    async fn ahead(&mut self, rows: &[&Row]) -> Result<Vec<(i64, i64)>> {
        let of_key =
            format!("SELECT id FROM delivery WHERE {ORDERED} AND channel = ?1 AND ordered = ?2");
        let in_flight = format!("{of_key} AND state = 1 AND id <> ?3 LIMIT 2");
        let overtaken = format!("{of_key} AND state = 0 AND turn IS NULL AND id <> ?3 LIMIT 20");
        let before = format!(
            "{of_key} AND state = 0 AND behind >= 0 AND (turn, id) < (?4, ?3) ORDER BY turn DESC, id DESC LIMIT 1"
        );
        let mut pairs = Vec::new();
        for row in rows {
            let Some(Order { key, turn, .. }) = &row.delivery.order else { continue };
            let id = |it: &mut dyn super::super::read::Columns| it.number();
            let mut others = self.rows(&in_flight, params![row.channel, key, row.id], id)?;
            others.extend(self.rows(&overtaken, params![row.channel, key, row.id], id)?);
            if let Some(turn) = turn {
                let params = params![row.channel, key, row.id, turn.as_millis()];
                others.extend(self.rows(&before, params, id)?);
            }
            pairs.extend(others.into_iter().map(|other: i64| (row.id, other)));
        }
        Ok(pairs)
    }

    async fn keep_order(&mut self, _: &str, _: bool) -> Result<bool> {
        Ok(true)
    }

    async fn fronts(&mut self, keys: &[(String, String)]) -> Result<Vec<Row>> {
        let sql = |state: State| {
            format!(
                "SELECT {} FROM delivery WHERE {ORDERED} AND channel = ?1 AND ordered = ?2 AND state = {} AND turn IS NOT NULL \
                 AND behind >= 0 ORDER BY turn, id LIMIT 2",
                read::row_columns(),
                state.code()
            )
        };
        let (in_flight, ready) = (sql(State::InFlight), sql(State::Ready));
        let mut fronts = Vec::new();
        for (channel, key) in keys {
            let mut rows = self.rows(&in_flight, [channel, key], read::row)?;
            rows.extend(self.rows(&ready, [channel, key], read::row)?);
            rows.sort_by_key(|row| (row.delivery.order.as_ref().and_then(|it| it.turn), row.id));
            fronts.extend(rows.into_iter().take(2));
        }
        Ok(fronts)
    }

    async fn save(&mut self, rows: &[Row]) -> Result<()> {
        let mut statement = self.prepare(&SAVE)?;
        rows.iter().try_for_each(|row| save(&mut statement, row, []).map(drop))
    }

    async fn save_as_claimed(&mut self, rows: &[Row]) -> Result<Vec<bool>> {
        let mut statement = self.prepare(&SAVE_AS_CLAIMED)?;
        let fence = |row: &Row| number(row.delivery.fence);
        rows.iter().map(|row| Ok(save(&mut statement, row, [fence(row)])? > 0)).collect()
    }

    async fn tell_acceptance(&mut self, id: i64) -> Result<()> {
        self.execute("UPDATE delivery SET tells = 1 WHERE id = ?1", [id]).map(drop)
    }

    async fn free_name(&mut self, id: i64) -> Result<()> {
        self.execute("UPDATE delivery SET idempotency_key = NULL WHERE id = ?1", [id]).map(drop)
    }

    async fn overdue(&mut self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE {LEASED} AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2",
            read::row_columns()
        );
        let mut rows = self.rows(&sql, params![now.as_millis(), limit], read::row)?;
        let sql = format!(
            "SELECT {} FROM delivery WHERE first_maybe_at IS NOT NULL AND {WAITING} AND key_used_at <= ?1 \
             ORDER BY key_used_at LIMIT ?2",
            read::row_columns()
        );
        rows.extend(self.rows(&sql, params![key_cut.as_millis(), limit], read::row)?);
        Ok(rows)
    }

    async fn untold(&mut self, until: Time, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE {UNTOLD} AND watched_until <= ?1 ORDER BY watched_until LIMIT ?2",
            read::row_columns()
        );
        self.rows(&sql, params![until.as_millis(), limit], read::row)
    }

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        state: State,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE campaign = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            read::row_columns()
        );
        self.rows(&sql, params![campaign, state.code(), after, limit], read::row)
    }

    async fn save_attempts(&mut self, attempts: &[(i64, Attempt)]) -> Result<()> {
        let save = "INSERT OR REPLACE INTO attempt (delivery, number, attempt) VALUES (?1, ?2, ?3)";
        let forget = "DELETE FROM attempt WHERE delivery = ?1 AND number <= \
            (SELECT number FROM attempt WHERE delivery = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)";
        attempts.iter().try_for_each(|(delivery, attempt)| {
            self.execute(save, params![delivery, attempt.number, attempt.to_kept()])?;
            self.execute(forget, params![delivery, NEWEST]).map(drop)
        })
    }

    async fn prune(&mut self, before: Time, limit: u32) -> Result<u64> {
        let sql = format!(
            "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE {FINISHED} AND due < ?1 AND created_at < ?1 \
             ORDER BY due LIMIT ?2)"
        );
        Ok(self.execute(&sql, params![before.as_millis(), limit])? as u64)
    }
}

/// Whether it is new.
fn insert(statement: &mut CachedStatement<'_>, fresh: &Fresh) -> Result<bool> {
    let seal = number(seal::row(&fresh.channel, fresh.campaign, &fresh.delivery));
    let values = columns::fixed(fresh).into_iter().chain(columns::changing(&fresh.delivery));
    let inserted = statement.execute(params_from_iter(values.chain([seal]))).map_err(failed)?;
    Ok(inserted > 0)
}

fn insert_payload(statement: &mut CachedStatement<'_>, id: i64, payload: &Payload) -> Result<()> {
    let values = std::iter::once(number(id)).chain(columns::payload(payload));
    let values = values.chain([number(seal::payload(payload))]);
    statement.execute(params_from_iter(values)).map(drop).map_err(failed)
}

/// How many rows it changed. What else the statement asks for comes last.
fn save<const N: usize>(
    statement: &mut CachedStatement<'_>,
    row: &Row,
    more: [Value<'_>; N],
) -> Result<usize> {
    let seal = number(seal::row(&row.channel, row.campaign, &row.delivery));
    let values = columns::changing(&row.delivery).into_iter().chain([seal, number(row.id)]);
    statement.execute(params_from_iter(values.chain(more))).map_err(failed)
}

fn number(number: i64) -> Value<'static> {
    Value::Integer(Some(number))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Integer(it) => it.to_sql(),
            Self::Text(it) => it.to_sql(),
            Self::Bytes(it) => it.to_sql(),
            Self::Uuid(it) => Ok(ToSqlOutput::from(it.as_bytes().as_slice())),
        }
    }
}
