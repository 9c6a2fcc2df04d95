use tokio_postgres::{GenericClient, Row as Sql};

use super::{
    failed,
    read::row_and_payload,
    tx::{Params, PgTx, int},
};
use crate::{
    Lane, Priority, State, Time,
    store::{
        Deliveries, Fresh, Payload, Result, Row,
        read::{self, oldest},
        states::{CLAIMABLE, FINISHED, LEASED, WAITING},
    },
};

const INSERT: &str = "INSERT INTO hikyaku_delivery (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, \
    state, recipients, on_unknown, retry_key, key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, \
    request_id, last_status, last_error, ids, body, delivery_tag) \
    SELECT channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, state, recipients, on_unknown, retry_key, \
    key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, request_id, last_status, last_error, ids, \
    body, delivery_tag \
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[], $6::text[], $7::bytea[], $8::bigint[], \
    $9::smallint[], $10::smallint[], $11::integer[], $12::smallint[], $13::uuid[], $14::bigint[], $15::bigint[], $16::bigint[], \
    $17::bigint[], $18::bigint[], $19::integer[], $20::bigint[], $21::bigint[], $22::text[], $23::integer[], $24::text[], \
    $25::bytea[], $26::text[], $27::text[]) WITH ORDINALITY \
    AS new (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, state, recipients, on_unknown, retry_key, \
    key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, request_id, last_status, last_error, ids, \
    body, delivery_tag, place) ORDER BY place \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id, channel, idempotency_key";

const SAVE: &str = "UPDATE hikyaku_delivery AS it SET lane = new.lane, state = new.state, retry_key = new.retry_key, \
    key_used_at = new.key_used_at, first_maybe_at = new.first_maybe_at, claimed_at = new.claimed_at, lease_until = new.lease_until, \
    fence = new.fence, attempts = new.attempts, due = new.due, expires_at = new.expires_at, request_id = new.request_id, \
    last_status = new.last_status, last_error = new.last_error \
    FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], \
    $9::bigint[], $10::integer[], $11::bigint[], $12::bigint[], $13::text[], $14::integer[], $15::text[]) \
    AS new (id, lane, state, retry_key, key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, \
    request_id, last_status, last_error) WHERE it.id = new.id";

impl<C: GenericClient + Sync> Deliveries for PgTx<'_, C> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let insert = self.prepare(INSERT).await?;
        let params: Params<'_> = &[
            &column(rows, |it| it.channel.as_str()),
            &column(rows, |it| it.campaign),
            &column(rows, |it| it.chunk),
            &column(rows, |it| it.delivery.lane().code()),
            &column(rows, |it| it.priority.code()),
            &column(rows, |it| it.idempotency_key.as_deref()),
            &column(rows, |it| it.digest.as_slice()),
            &column(rows, |it| it.created_at.as_millis()),
            &column(rows, |it| Lane::of(it.delivery.kind).code()),
            &column(rows, |it| it.delivery.state.code()),
            &column(rows, |it| int(it.delivery.recipients)),
            &column(rows, |it| it.delivery.on_unknown.code()),
            &column(rows, |it| it.delivery.retry_key),
            &column(rows, |it| it.delivery.key_used_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.first_maybe_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.claimed_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.lease_until.map(Time::as_millis)),
            &column(rows, |it| it.delivery.fence),
            &column(rows, |it| int(it.delivery.attempts)),
            &column(rows, |it| it.delivery.due.as_millis()),
            &column(rows, |it| it.delivery.expires_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.request_id.as_deref()),
            &column(rows, |it| it.delivery.last_status.map(i32::from)),
            &column(rows, |it| it.delivery.last_error.as_deref()),
            &column(rows, |it| it.payload.recipients.as_bytes()),
            &column(rows, |it| it.payload.body.as_ref().map(|body| body.json.as_str())),
            &column(rows, |it| it.payload.body.as_ref()?.delivery_tag.as_deref()),
        ];
        let inserted = self.client.query(&insert, params).await.map_err(failed)?;
        self.inserted |= !inserted.is_empty();
        ids(rows, &inserted)
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        now: Time,
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        let sql = format!(
            "SELECT {}, {} FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = $1 AND lane = $2 AND priority = $3 AND due <= $4 \
             ORDER BY due, id LIMIT $5 FOR UPDATE SKIP LOCKED",
            read::ROW,
            read::PAYLOAD
        );
        let mut rows = Vec::new();
        for priority in Priority::ALL {
            let left =
                i64::from(limit).saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX));
            if left > 0 {
                let (lane, priority, now) = (lane.code(), priority.code(), now.as_millis());
                rows.extend(
                    self.rows(&sql, &[&channel, &lane, &priority, &now, &left], row_and_payload)
                        .await?,
                );
            }
        }
        Ok(rows)
    }

    async fn load(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            read::ROW
        );
        self.rows(&sql, &[&ids], read::row).await
    }

    async fn save(&mut self, rows: &[Row]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let params: Params<'_> = &[
            &column(rows, |it| it.id),
            &column(rows, |it| it.delivery.lane().code()),
            &column(rows, |it| it.delivery.state.code()),
            &column(rows, |it| it.delivery.retry_key),
            &column(rows, |it| it.delivery.key_used_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.first_maybe_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.claimed_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.lease_until.map(Time::as_millis)),
            &column(rows, |it| it.delivery.fence),
            &column(rows, |it| int(it.delivery.attempts)),
            &column(rows, |it| it.delivery.due.as_millis()),
            &column(rows, |it| it.delivery.expires_at.map(Time::as_millis)),
            &column(rows, |it| it.delivery.request_id.as_deref()),
            &column(rows, |it| it.delivery.last_status.map(i32::from)),
            &column(rows, |it| it.delivery.last_error.as_deref()),
        ];
        self.execute(SAVE, params).await.map(drop)
    }

    async fn overdue(&mut self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let limit = i64::from(limit);
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE {LEASED} AND lease_until <= $1 ORDER BY lease_until LIMIT $2 \
             FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        let mut rows = self.rows(&sql, &[&now.as_millis(), &limit], read::row).await?;
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE first_maybe_at IS NOT NULL AND {WAITING} AND key_used_at <= $1 \
             ORDER BY key_used_at LIMIT $2 FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        rows.extend(self.rows(&sql, &[&key_cut.as_millis(), &limit], read::row).await?);
        Ok(rows)
    }

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        states: &[State],
        after: i64,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE campaign = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4 \
             FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        let mut rows = Vec::new();
        for state in states {
            let params: Params<'_> = &[&campaign, &state.code(), &after, &i64::from(limit)];
            rows.extend(self.rows(&sql, params, read::row).await?);
        }
        Ok(oldest(rows, limit))
    }

    async fn prune(&mut self, before: Time, limit: u32) -> Result<u64> {
        let sql = format!(
            "DELETE FROM hikyaku_delivery WHERE id IN (SELECT id FROM hikyaku_delivery WHERE {FINISHED} \
             AND due < $1 AND created_at < $1 ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED)"
        );
        self.execute(&sql, &[&before.as_millis(), &i64::from(limit)]).await
    }
}

/// One column of many rows, for a statement that takes them all at once.
fn column<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
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
