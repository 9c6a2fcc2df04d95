use futures_util::future::try_join_all;
use tokio_postgres::GenericClient;

use super::{
    failed, listen,
    read::row_and_payload,
    tx::{PgTx, int},
};
use crate::{
    Lane, Priority, State, Time,
    store::{
        Deliveries, Fresh, LaneDue, Payload, Result, Row,
        read::{self, id_and_digest},
    },
};

const INSERT: &str = "INSERT INTO hikyaku_delivery (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, \
    state, recipients, on_unknown, retry_key, fence, attempts, due, expires_at, ids, body, delivery_tag, key_used_at, first_maybe_at, \
    claimed_at, lease_until, request_id, last_status, last_error) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";

const SAVE: &str = "UPDATE hikyaku_delivery SET lane = $2, state = $3, retry_key = $4, key_used_at = $5, first_maybe_at = $6, \
    claimed_at = $7, lease_until = $8, fence = $9, attempts = $10, due = $11, expires_at = $12, request_id = $13, last_status = $14, \
    last_error = $15 WHERE id = $1";

impl<C: GenericClient + Sync> Deliveries for PgTx<'_, C> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.prepare(INSERT).await?;
        let (client, statement) = (self.client, &statement);
        // All are on their way before the first is answered.
        let ids = try_join_all(rows.iter().map(|fresh| async move {
            let it = &fresh.delivery;
            let body = fresh.payload.body.as_ref();
            let row = client
                .query_opt(
                    statement,
                    &[
                        &fresh.channel,
                        &fresh.campaign,
                        &fresh.chunk,
                        &it.lane().code(),
                        &fresh.priority.code(),
                        &fresh.idempotency_key,
                        &fresh.digest,
                        &fresh.created_at.as_millis(),
                        &Lane::of(it.kind).code(),
                        &it.state.code(),
                        &int(it.recipients),
                        &it.on_unknown.code(),
                        &it.retry_key,
                        &it.fence,
                        &int(it.attempts),
                        &it.due.as_millis(),
                        &it.expires_at.map(Time::as_millis),
                        &fresh.payload.recipients.as_bytes(),
                        &body.map(|body| &body.json),
                        &body.and_then(|body| body.delivery_tag.as_ref()),
                        &it.key_used_at.map(Time::as_millis),
                        &it.first_maybe_at.map(Time::as_millis),
                        &it.claimed_at.map(Time::as_millis),
                        &it.lease_until.map(Time::as_millis),
                        &it.request_id,
                        &it.last_status.map(i32::from),
                        &it.last_error,
                    ],
                )
                .await
                .map_err(failed)?;
            row.map(|row| row.try_get(0).map_err(failed)).transpose()
        }))
        .await?;
        // Told when the transaction is committed, and once for all of it.
        self.execute("SELECT pg_notify($1, '')", &[&listen::CHANNEL]).await?;
        Ok(ids)
    }

    async fn by_key(&mut self, channel: &str, key: &str) -> Result<Option<(i64, Vec<u8>)>> {
        let sql =
            "SELECT id, digest FROM hikyaku_delivery WHERE channel = $1 AND idempotency_key = $2";
        self.row(sql, &[&channel, &key], id_and_digest).await
    }

    async fn due(&mut self, channels: &[String]) -> Result<Vec<LaneDue>> {
        let sql = "SELECT c, l, min(due) FROM unnest($1::text[]) c, unnest($2::smallint[]) l, unnest($3::smallint[]) p, \
            LATERAL (SELECT due FROM hikyaku_delivery WHERE state IN (0, 3) AND channel = c AND lane = l AND priority = p \
            ORDER BY due LIMIT 1) AS first GROUP BY c, l ORDER BY c, l";
        let lanes: Vec<i16> = Lane::ALL.iter().map(|lane| lane.code()).collect();
        let priorities: Vec<i16> = Priority::ALL.iter().map(|priority| priority.code()).collect();
        let read = |it: &mut dyn read::Columns| {
            Ok(LaneDue { channel: it.text()?, lane: it.code(Lane::from_code)?, due: it.time()? })
        };
        self.rows(sql, &[&channels, &lanes, &priorities], read).await
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        now: Time,
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        let sql = format!(
            "SELECT {}, {} FROM hikyaku_delivery WHERE state IN (0, 3) AND channel = $1 AND lane = $2 AND priority = $3 AND due <= $4 \
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
        let statement = self.prepare(SAVE).await?;
        let (client, statement) = (self.client, &statement);
        try_join_all(rows.iter().map(|row| async move {
            let it = &row.delivery;
            client
                .execute(
                    statement,
                    &[
                        &row.id,
                        &it.lane().code(),
                        &it.state.code(),
                        &it.retry_key,
                        &it.key_used_at.map(Time::as_millis),
                        &it.first_maybe_at.map(Time::as_millis),
                        &it.claimed_at.map(Time::as_millis),
                        &it.lease_until.map(Time::as_millis),
                        &it.fence,
                        &int(it.attempts),
                        &it.due.as_millis(),
                        &it.expires_at.map(Time::as_millis),
                        &it.request_id,
                        &it.last_status.map(i32::from),
                        &it.last_error,
                    ],
                )
                .await
                .map_err(failed)
        }))
        .await?;
        Ok(())
    }

    async fn overdue(&mut self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let limit = i64::from(limit);
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE state = 1 AND lease_until <= $1 ORDER BY lease_until LIMIT $2 \
             FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        let mut rows = self.rows(&sql, &[&now.as_millis(), &limit], read::row).await?;
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE first_maybe_at IS NOT NULL AND state IN (0, 2) AND key_used_at <= $1 \
             ORDER BY key_used_at LIMIT $2 FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        rows.extend(self.rows(&sql, &[&key_cut.as_millis(), &limit], read::row).await?);
        Ok(rows)
    }

    async fn is_leased(&mut self) -> Result<bool> {
        let sql = "SELECT 1 FROM hikyaku_delivery WHERE state = 1 LIMIT 1";
        Ok(self.row(sql, &[], |_| Ok(())).await?.is_some())
    }

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        states: &[State],
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE campaign = $1 AND state = ANY($2) ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        let states: Vec<i16> = states.iter().map(|state| state.code()).collect();
        self.rows(&sql, &[&campaign, &states, &i64::from(limit)], read::row).await
    }

    async fn prune(&mut self, before: Time, limit: u32) -> Result<u64> {
        let sql = "DELETE FROM hikyaku_delivery WHERE id IN (SELECT id FROM hikyaku_delivery WHERE state IN (4, 7, 8, 9) \
            AND due < $1 AND created_at < $1 ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED)";
        self.execute(sql, &[&before.as_millis(), &i64::from(limit)]).await
    }
}
