use std::{error::Error, sync::LazyLock};

use bytes::BytesMut;
use tokio_postgres::{
    Row as Sql,
    types::{IsNull, ToSql, Type, accepts, to_sql_checked},
};

use super::{
    failed,
    read::row_and_payload,
    tx::{Params, PgTx},
};
use crate::{
    Attempt, Lane, Priority, State, Time,
    attempt::NEWEST,
    store::{
        Deliveries, Fresh, Payload, Result, Row,
        columns::{self, CHANGING, Column, FIXED, PAYLOAD, Value},
        read,
        states::{CLAIMABLE, FINISHED, LEASED, ORDERED, UNTOLD, WAITING},
    },
};

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns = || FIXED.iter().chain(&CHANGING).chain(&PAYLOAD);
    let (names, count) = (columns::names(columns()), columns().count());
    format!(
        "INSERT INTO hikyaku_delivery ({names}, node) SELECT {names}, CASE state WHEN 1 THEN ${}::integer END \
         FROM unnest({}) WITH ORDINALITY AS new ({names}, place) ORDER BY place \
         ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id, channel, idempotency_key",
        count + 1,
        arrays(columns(), 1)
    )
});

static CLAIM: LazyLock<String> = LazyLock::new(|| {
    let columns = format!("{}, {}", *read::ROW, *read::PAYLOAD);
    format!(
        "SELECT turn.place, {columns} FROM unnest($4::text[], $5::bigint[]) WITH ORDINALITY AS turn (served, most, place), \
         LATERAL (SELECT {columns} FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = $1 AND lane = $2 AND priority = $3 \
         AND fairness_key = turn.served AND due <= $6 ORDER BY due, id LIMIT turn.most FOR UPDATE SKIP LOCKED) AS found"
    )
});

/// With a channel, the lock of those that decide about its order keys.
const ORDER_LOCK: i64 = 0x4849_4b5d;

impl Deliveries for PgTx<'_> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let insert = self.prepare(&INSERT).await?;
        let mut columns = transposed(rows.iter().map(columns::fixed));
        columns.extend(transposed(rows.iter().map(|it| columns::changing(&it.delivery))));
        columns.extend(transposed(rows.iter().map(|it| columns::payload(&it.payload))));
        let params = columns.iter().map(|it| it as &(dyn ToSql + Sync));
        let params: Vec<_> =
            params.chain(std::iter::once(&self.node as &(dyn ToSql + Sync))).collect();
        let inserted = self.client.query(&insert, &params).await.map_err(failed)?;
        let ids = ids(rows, &inserted)?;
        let waits =
            |(row, id): (&Fresh, &Option<i64>)| row.delivery.state == State::Ready && id.is_some();
        self.inserted |= rows.iter().zip(&ids).any(waits);
        Ok(ids)
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        priority: Priority,
        keys: &[(String, u32)],
        now: Time,
    ) -> Result<Vec<Vec<(Row, Payload)>>> {
        let mut found: Vec<Vec<(Row, Payload)>> = keys.iter().map(|_| Vec::new()).collect();
        let (keys, limits): (Vec<&str>, Vec<i64>) =
            keys.iter().map(|(key, limit)| (key.as_str(), i64::from(*limit))).unzip();
        let (lane, priority, now) = (lane.code(), priority.code(), now.as_millis());
        let params: Params<'_> = &[&channel, &lane, &priority, &keys, &limits, &now];
        let read = |it: &mut dyn read::Columns| Ok((it.number::<usize>()?, row_and_payload(it)?));
        for (place, row) in self.rows(&CLAIM, params, read).await? {
            // They are counted from 1.
            if let Some(rows) = found.get_mut(place.wrapping_sub(1)) {
                rows.push(row);
            }
        }
        Ok(found)
    }

    async fn in_doubt(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        let sql = format!(
            "SELECT {}, {} FROM hikyaku_delivery WHERE first_maybe_at IS NOT NULL AND {WAITING} AND behind < 2 AND channel = $1 \
             AND lane = $2 AND fairness_key = ANY($3) ORDER BY due, id LIMIT $4 FOR UPDATE SKIP LOCKED",
            *read::ROW,
            *read::PAYLOAD
        );
        let (lane, limit) = (lane.code(), i64::from(limit));
        self.rows(&sql, &[&channel, &lane, &keys, &limit], row_and_payload).await
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
            "SELECT {} FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = $1 AND lane = $2 AND priority = ANY($3) \
             AND fairness_key = ANY($4) AND due <= $5 AND state = 0 AND ordered IS NOT NULL AND behind >= 0 \
             AND key_used_at IS NULL LIMIT $6 FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        let priorities = Priority::ALL.map(Priority::code);
        let (lane, now, limit) = (lane.code(), now.as_millis(), i64::from(limit));
        let params: Params<'_> = &[&channel, &lane, &&priorities[..], &keys, &now, &limit];
        self.rows(&sql, params, read::row).await
    }

    async fn load(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            *read::ROW
        );
        self.rows(&sql, &[&ids], read::row).await
    }

    async fn load_unlocked(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        self.rows(&sql, &[&ids], read::row).await
    }

    async fn ahead(&mut self, rows: &[&Row]) -> Result<Vec<(i64, i64)>> {
        let of_key = format!(
            "SELECT id FROM hikyaku_delivery WHERE {ORDERED} AND channel = of.channel AND ordered = of.ordered"
        );
        let sql = format!(
            "SELECT of.id, other.id FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS of (id, channel, ordered, turn), \
             LATERAL (({of_key} AND state = 1 AND id <> of.id LIMIT 2) \
             UNION ALL ({of_key} AND state = 0 AND turn IS NULL AND id <> of.id LIMIT 20) \
             UNION ALL ({of_key} AND state = 0 AND behind >= 0 AND (turn, id) < (of.turn, of.id) ORDER BY turn DESC, id DESC LIMIT 1)) AS other"
        );
        let orders = || rows.iter().map(|row| row.delivery.order.as_ref());
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let channels: Vec<&str> = rows.iter().map(|row| row.channel.as_str()).collect();
        let keys: Vec<Option<&str>> = orders().map(|it| it.map(|it| it.key.as_str())).collect();
        let turns: Vec<Option<i64>> =
            orders().map(|it| it.and_then(|it| it.turn).map(Time::as_millis)).collect();
        let read = |it: &mut dyn read::Columns| Ok((it.number()?, it.number()?));
        self.rows(&sql, &[&ids, &channels, &keys, &turns], read).await
    }

    async fn keep_order(&mut self, channel: &str, alone: bool) -> Result<bool> {
        let lock = if alone { "lock" } else { "lock_shared" };
        let sql = format!("SELECT pg_try_advisory_xact_{lock}(hashtextextended($1, {ORDER_LOCK}))");
        read::known(self.row(&sql, &[&channel], |it| it.flag()).await?)
    }

    async fn fronts(&mut self, keys: &[(String, String)]) -> Result<Vec<Row>> {
        let first = |state: State| {
            format!(
                "(SELECT * FROM hikyaku_delivery WHERE {ORDERED} AND channel = c AND ordered = k AND state = {} AND turn IS NOT NULL \
                 AND behind >= 0 ORDER BY turn, id LIMIT 2)",
                state.code()
            )
        };
        let sql = format!(
            "SELECT {} FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS of (c, k, number), \
             LATERAL (SELECT * FROM ({} UNION ALL {}) AS any_state ORDER BY turn, id LIMIT 2) AS it ORDER BY number, turn, id",
            *read::ROW,
            first(State::InFlight),
            first(State::Ready)
        );
        let channels: Vec<&str> = keys.iter().map(|(channel, _)| channel.as_str()).collect();
        let keys: Vec<&str> = keys.iter().map(|(_, key)| key.as_str()).collect();
        self.rows(&sql, &[&channels, &keys], read::row).await
    }

    async fn save(&mut self, rows: &[Row]) -> Result<()> {
        self.save_all(rows).await
    }

    async fn save_as_claimed(&mut self, rows: &[Row]) -> Result<Vec<bool>> {
        let saved = self.save_those_as_claimed(rows).await?;
        Ok(rows.iter().map(|row| saved.contains(&row.id)).collect())
    }

    async fn tell_acceptance(&mut self, id: i64) -> Result<()> {
        let sql = "UPDATE hikyaku_delivery SET tells = 1 WHERE id = $1";
        self.execute(sql, &[&id]).await.map(drop)
    }

    async fn free_name(&mut self, id: i64) -> Result<()> {
        let sql = "UPDATE hikyaku_delivery SET idempotency_key = NULL WHERE id = $1";
        self.execute(sql, &[&id]).await.map(drop)
    }

    async fn overdue(&mut self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let limit = i64::from(limit);
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE {LEASED} AND lease_until <= $1 ORDER BY lease_until LIMIT $2 \
             FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        let mut rows = self.rows(&sql, &[&now.as_millis(), &limit], read::row).await?;
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE first_maybe_at IS NOT NULL AND {WAITING} AND key_used_at <= $1 \
             ORDER BY key_used_at LIMIT $2 FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        rows.extend(self.rows(&sql, &[&key_cut.as_millis(), &limit], read::row).await?);
        Ok(rows)
    }

    async fn untold(&mut self, until: Time, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE {UNTOLD} AND watched_until <= $1 ORDER BY watched_until LIMIT $2 \
             FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        self.rows(&sql, &[&until.as_millis(), &i64::from(limit)], read::row).await
    }

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        state: State,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE campaign = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4 \
             FOR UPDATE SKIP LOCKED",
            *read::ROW
        );
        let params: Params<'_> = &[&campaign, &state.code(), &after, &i64::from(limit)];
        self.rows(&sql, params, read::row).await
    }

    async fn save_attempts(&mut self, attempts: &[(i64, Attempt)]) -> Result<()> {
        let deliveries: Vec<i64> = attempts.iter().map(|(delivery, _)| *delivery).collect();
        let numbers: Vec<i64> = attempts.iter().map(|(_, attempt)| attempt.number).collect();
        let kept: Vec<String> = attempts.iter().map(|(_, attempt)| attempt.to_kept()).collect();
        let save = "INSERT INTO hikyaku_attempt (delivery, number, attempt) \
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) \
            ON CONFLICT (delivery, number) DO UPDATE SET attempt = excluded.attempt";
        self.execute(save, &[&deliveries, &numbers, &kept]).await?;
        let forget = "DELETE FROM hikyaku_attempt AS old USING (SELECT DISTINCT unnest($1::bigint[]) AS delivery) AS these \
            WHERE old.delivery = these.delivery AND number <= \
            (SELECT number FROM hikyaku_attempt WHERE delivery = these.delivery ORDER BY number DESC LIMIT 1 OFFSET $2)";
        self.execute(forget, &[&deliveries, &i64::from(NEWEST)]).await.map(drop)
    }

    async fn prune(&mut self, before: Time, limit: u32) -> Result<u64> {
        let sql = format!(
            "DELETE FROM hikyaku_delivery WHERE id IN (SELECT id FROM hikyaku_delivery WHERE {FINISHED} \
             AND due < $1 AND created_at < $1 ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED)"
        );
        self.execute(&sql, &[&before.as_millis(), &i64::from(limit)]).await
    }
}

impl PgTx<'_> {
    /// Some of what the worker of this number has, locked.
    pub(super) async fn held_by(&mut self, node: i32, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE {LEASED} AND node = $1 ORDER BY id LIMIT $2 FOR UPDATE",
            *read::ROW
        );
        self.rows(&sql, &[&node, &i64::from(limit)], read::row).await
    }
}

/// Parameters from this number on, each a column of many rows.
fn arrays<'a>(columns: impl IntoIterator<Item = &'a Column>, first: usize) -> String {
    let mut numbers = first..;
    columns::list(columns, |(_, of)| format!("${}::{of}[]", numbers.next().unwrap_or_default()))
}

/// The columns of many rows, for a statement that takes them all at once.
fn transposed<'a, const N: usize>(
    rows: impl Iterator<Item = [Value<'a>; N]>,
) -> Vec<Vec<Value<'a>>> {
    let length = rows.size_hint().0;
    let mut columns: Vec<_> = (0..N).map(|_| Vec::with_capacity(length)).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

/// As wide as its column is.
impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, of) {
            (Self::Integer(it), &Type::INT2) => it.map(i16::try_from).transpose()?.to_sql(of, out),
            (Self::Integer(it), &Type::INT4) => it.map(i32::try_from).transpose()?.to_sql(of, out),
            (Self::Integer(it), _) => it.to_sql(of, out),
            (Self::Text(it), _) => it.to_sql(of, out),
            (Self::Bytes(it), _) => it.to_sql(of, out),
            (Self::Uuid(it), _) => it.to_sql(of, out),
        }
    }

    accepts!(INT2, INT4, INT8, TEXT, BYTEA, UUID);
    to_sql_checked!();
}

/// The ids of new rows. Those that were inserted come in their order; those that were there before are missing.
fn ids(rows: &[Fresh], inserted: &[Sql]) -> Result<Vec<Option<i64>>> {
    let mut inserted = inserted.iter().peekable();
    rows.iter()
        .map(|fresh| {
            let Some(next) = inserted.peek() else { return Ok(None) };
            let (channel, key): (&str, Option<&str>) =
                (next.try_get(1).map_err(failed)?, next.try_get(2).map_err(failed)?);
            let mine = channel == fresh.channel && key == fresh.idempotency_key.as_deref();
            let id = inserted.next_if(|_| mine).map(|row| row.try_get(0).map_err(failed));
            id.transpose()
        })
        .collect()
}
