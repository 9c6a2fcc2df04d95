use futures_util::future::try_join_all;
use tokio_postgres::{GenericClient, Row as Sql, Statement, types::ToSql};

use super::{Connection, failed, listen, read};
use crate::{
    Clock, Lane, Priority, State, Time,
    list::Filter,
    pace::Bucket,
    store::{
        Campaign, CampaignCounts, Fresh, LaneDue, Move, NewCampaign, Payload, Quota, Result, Row,
        Stored, Tx,
    },
};

/// A transaction that is open on a connection: our own, or a caller's.
pub(crate) struct PgTx<'a, C> {
    client: &'a C,
    /// What our own connection has prepared before.
    statements: Option<&'a mut std::collections::HashMap<String, Statement>>,
    clock: &'a Clock,
}

type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

impl<'a> PgTx<'a, tokio_postgres::Client> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        Self { client: &connection.client, statements: Some(&mut connection.statements), clock }
    }
}

impl<'a, C: GenericClient + Sync> PgTx<'a, C> {
    /// Works within a transaction that its caller has begun and will end.
    pub(crate) fn of_caller(client: &'a C, clock: &'a Clock) -> Self {
        Self { client, statements: None, clock }
    }

    async fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.as_ref().and_then(|known| known.get(sql)) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await.map_err(failed)?;
        if let Some(known) = &mut self.statements {
            known.insert(sql.to_owned(), statement.clone());
        }
        Ok(statement)
    }

    async fn rows<T>(
        &mut self,
        sql: &str,
        params: Params<'_>,
        read: impl Fn(&Sql) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.prepare(sql).await?;
        let rows = self.client.query(&statement, params).await.map_err(failed)?;
        rows.iter().map(read).collect()
    }

    async fn row<T>(
        &mut self,
        sql: &str,
        params: Params<'_>,
        read: impl Fn(&Sql) -> Result<T>,
    ) -> Result<Option<T>> {
        let statement = self.prepare(sql).await?;
        let row = self.client.query_opt(&statement, params).await.map_err(failed)?;
        row.as_ref().map(read).transpose()
    }

    async fn execute(&mut self, sql: &str, params: Params<'_>) -> Result<u64> {
        let statement = self.prepare(sql).await?;
        self.client.execute(&statement, params).await.map_err(failed)
    }
}

const INSERT: &str = "INSERT INTO hikyaku_delivery (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, \
    state, recipients, on_unknown, retry_key, fence, attempts, due, expires_at, ids, body, delivery_tag, key_used_at, first_maybe_at, \
    claimed_at, lease_until, request_id, last_status, last_error) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";

const SAVE: &str = "UPDATE hikyaku_delivery SET lane = $2, state = $3, retry_key = $4, key_used_at = $5, first_maybe_at = $6, \
    claimed_at = $7, lease_until = $8, fence = $9, attempts = $10, due = $11, expires_at = $12, request_id = $13, last_status = $14, \
    last_error = $15 WHERE id = $1";

fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl<C: GenericClient + Sync> Tx for PgTx<'_, C> {
    async fn now(&mut self) -> Result<Time> {
        if let Some(now) = self.clock.manual_now() {
            return Ok(now);
        }
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        let now = self.rows(sql, &[], |row| row.try_get(0).map_err(failed)).await?;
        Ok(Time::from_millis(now.first().copied().unwrap_or_default()))
    }

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
        let read =
            |row: &Sql| Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?));
        self.row(sql, &[&channel, &key], read).await
    }

    async fn due(&mut self, channels: &[String]) -> Result<Vec<LaneDue>> {
        let sql = "SELECT c, l, min(due) FROM unnest($1::text[]) c, unnest($2::smallint[]) l, unnest($3::smallint[]) p, \
            LATERAL (SELECT due FROM hikyaku_delivery WHERE state IN (0, 3) AND channel = c AND lane = l AND priority = p \
            ORDER BY due LIMIT 1) AS first GROUP BY c, l ORDER BY c, l";
        let lanes: Vec<i16> = Lane::ALL.iter().map(|lane| lane.code()).collect();
        let priorities: Vec<i16> = Priority::ALL.iter().map(|priority| priority.code()).collect();
        let read = |row: &Sql| {
            let lane = Lane::from_code(row.try_get(1).map_err(failed)?)
                .ok_or_else(|| crate::Error::damaged("a row has a lane that was never written"))?;
            Ok(LaneDue {
                channel: row.try_get(0).map_err(failed)?,
                lane,
                due: Time::from_millis(row.try_get(2).map_err(failed)?),
            })
        };
        self.rows(sql, &[&channels, &lanes, &priorities], read).await
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        now: Time,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE state IN (0, 3) AND channel = $1 AND lane = $2 AND priority = $3 AND due <= $4 \
             ORDER BY due, id LIMIT $5 FOR UPDATE SKIP LOCKED",
            read::ROW
        );
        let mut rows = Vec::new();
        for priority in Priority::ALL {
            let left =
                i64::from(limit).saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX));
            if left > 0 {
                let (lane, priority, now) = (lane.code(), priority.code(), now.as_millis());
                rows.extend(
                    self.rows(&sql, &[&channel, &lane, &priority, &now, &left], read::row).await?,
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

    async fn payloads(&mut self, ids: &[i64]) -> Result<Vec<(i64, Payload)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {} FROM hikyaku_delivery WHERE id = ANY($1)", read::PAYLOAD);
        self.rows(&sql, &[&ids], read::payload).await
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

    async fn bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        // Two claims must not both find no bucket.
        let now = self.now().await?.as_millis();
        let make = "INSERT INTO hikyaku_bucket (channel, lane, tokens, at, slow, slowed_at, strikes) VALUES ($1, $2, 0, $3, 1, $3, 0) \
            ON CONFLICT DO NOTHING";
        let sql = format!(
            "SELECT {} FROM hikyaku_bucket WHERE channel = $1 AND lane = $2 FOR UPDATE",
            read::BUCKET
        );
        let lane = lane.code();
        let mut found = self.row(&sql, &[&channel, &lane], read::bucket).await?;
        if found.is_none() {
            self.execute(make, &[&channel, &lane, &now]).await?;
            found = self.row(&sql, &[&channel, &lane], read::bucket).await?;
        }
        Ok(found.map(|(_, _, bucket)| bucket))
    }

    async fn save_bucket(&mut self, channel: &str, lane: Lane, bucket: &Bucket) -> Result<()> {
        let sql = "INSERT INTO hikyaku_bucket (channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel, lane) DO UPDATE SET tokens = $3, at = $4, slow = $5, \
            slowed_at = $6, strikes = $7, hold_until = $8, hold_reason = $9";
        self.execute(
            sql,
            &[
                &channel,
                &lane.code(),
                &bucket.tokens,
                &bucket.at.as_millis(),
                &bucket.slow,
                &bucket.slowed_at.as_millis(),
                &int(bucket.strikes),
                &bucket.hold_until.map(Time::as_millis),
                &bucket.hold_reason.map(crate::HoldReason::code),
            ],
        )
        .await
        .map(drop)
    }

    async fn buckets(&mut self) -> Result<Vec<(String, Lane, Bucket)>> {
        let sql = format!("SELECT {} FROM hikyaku_bucket ORDER BY channel, lane", read::BUCKET);
        self.rows(&sql, &[], read::bucket).await
    }

    async fn sends_since(&mut self, channel: &str, lane: Lane, since: Time) -> Result<Vec<Time>> {
        let sql = "SELECT at FROM hikyaku_send_log WHERE channel = $1 AND lane = $2 AND at > $3 ORDER BY at";
        let read = |row: &Sql| row.try_get(0).map(Time::from_millis).map_err(failed);
        self.rows(sql, &[&channel, &lane.code(), &since.as_millis()], read).await
    }

    async fn log_sends(&mut self, channel: &str, lane: Lane, at: &[Time]) -> Result<()> {
        let Some(first) = at.first() else { return Ok(()) };
        // A day is longer than any window.
        let old = (*first - std::time::Duration::from_hours(24)).as_millis();
        let lane = lane.code();
        let sql = "DELETE FROM hikyaku_send_log WHERE channel = $1 AND lane = $2 AND at < $3";
        self.execute(sql, &[&channel, &lane, &old]).await?;
        let at: Vec<i64> = at.iter().map(|at| at.as_millis()).collect();
        let sql =
            "INSERT INTO hikyaku_send_log (channel, lane, at) SELECT $1, $2, unnest($3::bigint[])";
        self.execute(sql, &[&channel, &lane, &at]).await.map(drop)
    }

    async fn quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        let sql = "SELECT most, used, reserved, checked_at FROM hikyaku_quota WHERE channel = $1 FOR UPDATE";
        let read = |row: &Sql| {
            Ok(Quota {
                limit: row.try_get(0).map_err(failed)?,
                used: row.try_get(1).map_err(failed)?,
                reserved: row.try_get(2).map_err(failed)?,
                checked_at: Time::from_millis(row.try_get(3).map_err(failed)?),
            })
        };
        self.row(sql, &[&channel], read).await
    }

    async fn save_quota(&mut self, channel: &str, quota: &Quota) -> Result<()> {
        let sql = "INSERT INTO hikyaku_quota (channel, most, used, reserved, checked_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (channel) DO UPDATE SET most = $2, used = $3, reserved = $4, checked_at = $5";
        let checked_at = quota.checked_at.as_millis();
        let params: Params<'_> =
            &[&channel, &quota.limit, &quota.used, &quota.reserved, &checked_at];
        self.execute(sql, params).await.map(drop)
    }

    async fn insert_campaign(&mut self, it: &NewCampaign) -> Result<Option<i64>> {
        let sql = "INSERT INTO hikyaku_campaign (channel, idempotency_key, digest, seed, body, personal, dedupe, priority, on_unknown, \
            due, expires_at, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
            ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";
        self.row(
            sql,
            &[
                &it.channel,
                &it.idempotency_key,
                &it.digest,
                &it.seed,
                &it.body,
                &it.personal,
                &it.dedupe,
                &it.priority.code(),
                &it.on_unknown.code(),
                &it.due.as_millis(),
                &it.expires_at.map(Time::as_millis),
                &it.state.code(),
                &it.created_at.as_millis(),
            ],
            |row| row.try_get(0).map_err(failed),
        )
        .await
    }

    async fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> Result<Option<(i64, Vec<u8>)>> {
        let sql =
            "SELECT id, digest FROM hikyaku_campaign WHERE channel = $1 AND idempotency_key = $2";
        let read =
            |row: &Sql| Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?));
        self.row(sql, &[&channel, &key], read).await
    }

    async fn campaign(&mut self, id: i64, lock: bool) -> Result<Option<Campaign>> {
        let lock = if lock { "FOR NO KEY UPDATE" } else { "" };
        let sql = format!("SELECT {} FROM hikyaku_campaign WHERE id = $1 {lock}", read::CAMPAIGN);
        self.row(&sql, &[&id], read::campaign).await
    }

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<Campaign>> {
        let sql =
            format!("SELECT {} FROM hikyaku_campaign ORDER BY id DESC LIMIT $1", read::CAMPAIGN);
        self.rows(&sql, &[&i64::from(limit)], read::campaign).await
    }

    async fn save_campaign(&mut self, campaign: &Campaign) -> Result<()> {
        let sql = "UPDATE hikyaku_campaign SET state = $2, cursor_bytes = $3, cursor_lines = $4, cursor_chunks = $5, \
            cursor_digest = $6, cursor_done = $7 WHERE id = $1";
        let (state, cursor) = (campaign.spec.state.code(), &campaign.cursor);
        let params: Params<'_> = &[
            &campaign.id,
            &state,
            &cursor.bytes,
            &cursor.lines,
            &cursor.chunks,
            &cursor.digest,
            &cursor.done,
        ];
        self.execute(sql, params).await.map(drop)
    }

    async fn add_counts(&mut self, campaign: i64, counts: CampaignCounts) -> Result<()> {
        let sql = "UPDATE hikyaku_campaign SET total = total + $2, accepted = accepted + $3, rejected = rejected + $4, \
            unknown = unknown + $5, cancelled = cancelled + $6, repeated = repeated + $7, bad_lines = bad_lines + $8 WHERE id = $1";
        let params: Params<'_> = &[
            &campaign,
            &counts.total,
            &counts.accepted,
            &counts.rejected,
            &counts.unknown,
            &counts.cancelled,
            &counts.repeated,
            &counts.bad_lines,
        ];
        self.execute(sql, params).await.map(drop)
    }

    async fn remember(&mut self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        let bytes: Vec<&[u8]> = ids.iter().map(String::as_bytes).collect();
        let sql = "INSERT INTO hikyaku_seen (campaign, id) SELECT DISTINCT $1::bigint, unnest($2::bytea[]) ON CONFLICT DO NOTHING \
            RETURNING id";
        let read = |row: &Sql| row.try_get::<_, Vec<u8>>(0).map_err(failed);
        let new = self.rows(sql, &[&campaign, &bytes], read).await?;
        let mut new: std::collections::HashSet<Vec<u8>> = new.into_iter().collect();
        Ok(bytes.into_iter().map(|id| new.remove(id)).collect())
    }

    async fn forget(&mut self, campaign: i64) -> Result<()> {
        self.execute("DELETE FROM hikyaku_seen WHERE campaign = $1", &[&campaign]).await.map(drop)
    }

    async fn list(&mut self, filter: &Filter) -> Result<Vec<Stored>> {
        let Filter { state, channel, campaign, before, limit } = filter;
        let sql = format!(
            "SELECT {}, {}, {} FROM hikyaku_delivery WHERE id < $1 AND ($3::text IS NULL OR channel = $3) {} {} ORDER BY id DESC LIMIT $2",
            read::ROW,
            read::PAYLOAD,
            read::MORE,
            state.map(|state| format!("AND state = {}", state.code())).unwrap_or_default(),
            campaign.map(|id| format!("AND campaign = {id}")).unwrap_or_default(),
        );
        let before = before.map_or(i64::MAX, |id| id.0);
        self.rows(&sql, &[&before, &i64::from(*limit), channel], read::stored).await
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        let sql = format!(
            "SELECT {}, {}, {} FROM hikyaku_delivery WHERE id = $1",
            read::ROW,
            read::PAYLOAD,
            read::MORE
        );
        self.row(&sql, &[&id], read::stored).await
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {}, {}, {} FROM hikyaku_delivery WHERE id > $1 ORDER BY id LIMIT $2",
            read::ROW,
            read::PAYLOAD,
            read::MORE
        );
        self.rows(&sql, &[&id, &i64::from(limit)], read::stored).await
    }

    async fn remembered(
        &mut self,
        campaign: i64,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        let sql =
            "SELECT id FROM hikyaku_seen WHERE campaign = $1 AND id > $2 ORDER BY id LIMIT $3";
        let after = after.unwrap_or_default().as_bytes();
        let read = |row: &Sql| {
            let id: Vec<u8> = row.try_get(0).map_err(failed)?;
            Ok(String::from_utf8_lossy(&id).into_owned())
        };
        self.rows(sql, &[&campaign, &after, &i64::from(limit)], read).await
    }

    async fn moved(&mut self) -> Result<Option<Move>> {
        let sql = "SELECT moved_to, moved FROM hikyaku_meta WHERE moved_to IS NOT NULL";
        let read = |row: &Sql| {
            Ok(Move { to: row.try_get(0).map_err(failed)?, done: row.try_get(1).map_err(failed)? })
        };
        self.row(sql, &[], read).await
    }

    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        let sql = "UPDATE hikyaku_meta SET moved_to = $1, moved = $2";
        self.execute(sql, &[&moved.to, &moved.done]).await.map(drop)
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM hikyaku_delivery GROUP BY state ORDER BY state";
        let read = |row: &Sql| {
            let state: i16 = row.try_get(0).map_err(failed)?;
            let count: i64 = row.try_get(1).map_err(failed)?;
            Ok(State::from_code(state).map(|state| (state, u64::try_from(count).unwrap_or(0))))
        };
        Ok(self.rows(sql, &[], read).await?.into_iter().flatten().collect())
    }
}
