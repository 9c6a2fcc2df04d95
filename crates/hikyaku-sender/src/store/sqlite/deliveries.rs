use rusqlite::{CachedStatement, params};

use super::{failed, read, seal, tx::SqliteTx};
use crate::{
    Lane, Priority, State, Time,
    store::{
        Deliveries, Fresh, Payload, Result, Row,
        read::oldest,
        states::{CLAIMABLE, FINISHED, LEASED, WAITING},
    },
};

const INSERT: &str = "INSERT INTO delivery (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, state, \
    recipients, on_unknown, retry_key, key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, \
    request_id, last_status, last_error, seal) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING";

const INSERT_PAYLOAD: &str = "INSERT INTO payload (delivery, ids, body, delivery_tag, payload_seal) VALUES (?1, ?2, ?3, ?4, ?5)";

const SAVE: &str = "UPDATE delivery SET lane = ?2, state = ?3, retry_key = ?4, key_used_at = ?5, first_maybe_at = ?6, claimed_at = ?7, \
    lease_until = ?8, fence = ?9, attempts = ?10, due = ?11, expires_at = ?12, request_id = ?13, last_status = ?14, last_error = ?15, \
    seal = ?16 WHERE id = ?1";

impl Deliveries for SqliteTx<'_> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        let mut delivery = self.prepare(INSERT)?;
        let mut payload = self.prepare(INSERT_PAYLOAD)?;
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
        now: Time,
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE {CLAIMABLE} AND channel = ?1 AND lane = ?2 AND priority = ?3 AND due <= ?4 \
             ORDER BY due, id LIMIT ?5",
            read::row_and_payload_columns()
        );
        let mut rows = Vec::new();
        for priority in Priority::ALL {
            let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(limit));
            if left > 0 {
                let params = params![channel, lane.code(), priority.code(), now.as_millis(), left];
                rows.extend(self.rows(&sql, params, read::row_and_payload)?);
            }
        }
        Ok(rows)
    }

    async fn load(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let sql = format!("SELECT {} FROM delivery WHERE id = ?1", read::row_columns());
        self.each(&sql, &ids, read::row)
    }

    async fn save(&mut self, rows: &[Row]) -> Result<()> {
        let mut statement = self.prepare(SAVE)?;
        rows.iter().try_for_each(|row| save(&mut statement, row))
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

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        states: &[State],
        after: i64,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE campaign = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            read::row_columns()
        );
        let mut rows = Vec::new();
        for state in states {
            let params = params![campaign, state.code(), after, limit];
            rows.extend(self.rows(&sql, params, read::row)?);
        }
        Ok(oldest(rows, limit))
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
    let it = &fresh.delivery;
    statement
        .execute(params![
            fresh.channel,
            fresh.campaign,
            fresh.chunk,
            it.lane().code(),
            fresh.priority.code(),
            fresh.idempotency_key,
            fresh.digest,
            fresh.created_at.as_millis(),
            Lane::of(it.kind).code(),
            it.state.code(),
            it.recipients,
            it.on_unknown.code(),
            it.retry_key.as_bytes(),
            it.key_used_at.map(Time::as_millis),
            it.first_maybe_at.map(Time::as_millis),
            it.claimed_at.map(Time::as_millis),
            it.lease_until.map(Time::as_millis),
            it.fence,
            it.attempts,
            it.due.as_millis(),
            it.expires_at.map(Time::as_millis),
            it.request_id,
            it.last_status,
            it.last_error,
            seal::row(&fresh.channel, fresh.campaign, it),
        ])
        .map(|inserted| inserted > 0)
        .map_err(failed)
}

fn insert_payload(statement: &mut CachedStatement<'_>, id: i64, payload: &Payload) -> Result<()> {
    let body = payload.body.as_ref();
    statement
        .execute(params![
            id,
            payload.recipients.as_bytes(),
            body.map(|body| &body.json),
            body.and_then(|body| body.delivery_tag.as_ref()),
            seal::payload(payload),
        ])
        .map(drop)
        .map_err(failed)
}

fn save(statement: &mut CachedStatement<'_>, row: &Row) -> Result<()> {
    let it = &row.delivery;
    statement
        .execute(params![
            row.id,
            it.lane().code(),
            it.state.code(),
            it.retry_key.as_bytes(),
            it.key_used_at.map(Time::as_millis),
            it.first_maybe_at.map(Time::as_millis),
            it.claimed_at.map(Time::as_millis),
            it.lease_until.map(Time::as_millis),
            it.fence,
            it.attempts,
            it.due.as_millis(),
            it.expires_at.map(Time::as_millis),
            it.request_id,
            it.last_status,
            it.last_error,
            seal::row(&row.channel, row.campaign, it),
        ])
        .map(drop)
        .map_err(failed)
}
