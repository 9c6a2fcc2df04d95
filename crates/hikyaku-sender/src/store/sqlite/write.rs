//! From our rows to `SQLite`'s.

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{failed, seal};
use crate::{
    Lane, Time,
    store::{Fresh, NewCampaign, Payload, Result, Row},
};

const INSERT: &str = "INSERT INTO delivery (channel, campaign, chunk, lane, priority, idempotency_key, digest, created_at, kind, state, \
    recipients, on_unknown, retry_key, key_used_at, first_maybe_at, claimed_at, lease_until, fence, attempts, due, expires_at, \
    request_id, last_status, last_error, seal) \
    VALUES (:channel, :campaign, :chunk, :lane, :priority, :idempotency_key, :digest, :created_at, :kind, :state, \
    :recipients, :on_unknown, :retry_key, :key_used_at, :first_maybe_at, :claimed_at, :lease_until, :fence, :attempts, :due, :expires_at, \
    :request_id, :last_status, :last_error, :seal) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";

pub(super) fn insert(connection: &Connection, fresh: &Fresh) -> Result<Option<i64>> {
    let id = insert_delivery(connection, fresh)?;
    if let Some(id) = id {
        insert_payload(connection, id, &fresh.payload)?;
    }
    Ok(id)
}

fn insert_payload(connection: &Connection, id: i64, payload: &Payload) -> Result<()> {
    let sql = "INSERT INTO payload (delivery, ids, body, delivery_tag, payload_seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    let body = payload.body.as_ref();
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                id,
                payload.recipients.as_bytes(),
                body.map(|body| &body.json),
                body.and_then(|body| body.delivery_tag.as_ref()),
                seal::payload(payload),
            ])
        })
        .map(drop)
        .map_err(failed)
}

fn insert_delivery(connection: &Connection, fresh: &Fresh) -> Result<Option<i64>> {
    let it = &fresh.delivery;
    let sealed = seal::row(&Row {
        id: 0,
        channel: fresh.channel.clone(),
        campaign: fresh.campaign,
        delivery: it.clone(),
    });
    connection
        .prepare_cached(INSERT)
        .and_then(|mut statement| {
            statement
                .query_row(
                    named_params! {
                        ":channel": fresh.channel,
                        ":campaign": fresh.campaign,
                        ":chunk": fresh.chunk,
                        ":lane": it.lane().code(),
                        ":priority": fresh.priority.code(),
                        ":idempotency_key": fresh.idempotency_key,
                        ":digest": fresh.digest,
                        ":created_at": fresh.created_at.as_millis(),
                        ":kind": Lane::of(it.kind).code(),
                        ":state": it.state.code(),
                        ":recipients": it.recipients,
                        ":on_unknown": it.on_unknown.code(),
                        ":retry_key": it.retry_key.as_bytes(),
                        ":key_used_at": it.key_used_at.map(Time::as_millis),
                        ":first_maybe_at": it.first_maybe_at.map(Time::as_millis),
                        ":claimed_at": it.claimed_at.map(Time::as_millis),
                        ":lease_until": it.lease_until.map(Time::as_millis),
                        ":fence": it.fence,
                        ":attempts": it.attempts,
                        ":due": it.due.as_millis(),
                        ":expires_at": it.expires_at.map(Time::as_millis),
                        ":request_id": it.request_id,
                        ":last_status": it.last_status,
                        ":last_error": it.last_error,
                        ":seal": sealed,
                    },
                    |row| row.get(0),
                )
                .optional()
        })
        .map_err(failed)
}

const SAVE: &str = "UPDATE delivery SET lane = :lane, state = :state, retry_key = :retry_key, key_used_at = :key_used_at, \
    first_maybe_at = :first_maybe_at, claimed_at = :claimed_at, lease_until = :lease_until, fence = :fence, attempts = :attempts, \
    due = :due, expires_at = :expires_at, request_id = :request_id, last_status = :last_status, last_error = :last_error, \
    seal = :seal WHERE id = :id";

pub(super) fn save(connection: &Connection, row: &Row) -> Result<()> {
    let it = &row.delivery;
    connection
        .prepare_cached(SAVE)
        .and_then(|mut statement| {
            statement.execute(named_params! {
                ":id": row.id,
                ":lane": it.lane().code(),
                ":state": it.state.code(),
                ":retry_key": it.retry_key.as_bytes(),
                ":key_used_at": it.key_used_at.map(Time::as_millis),
                ":first_maybe_at": it.first_maybe_at.map(Time::as_millis),
                ":claimed_at": it.claimed_at.map(Time::as_millis),
                ":lease_until": it.lease_until.map(Time::as_millis),
                ":fence": it.fence,
                ":attempts": it.attempts,
                ":due": it.due.as_millis(),
                ":expires_at": it.expires_at.map(Time::as_millis),
                ":request_id": it.request_id,
                ":last_status": it.last_status,
                ":last_error": it.last_error,
                ":seal": seal::row(row),
            })
        })
        .map(drop)
        .map_err(failed)
}

const INSERT_CAMPAIGN: &str = "INSERT INTO campaign (channel, idempotency_key, digest, seed, body, personal, dedupe, priority, \
    on_unknown, due, expires_at, state, created_at) VALUES (:channel, :idempotency_key, :digest, :seed, :body, :personal, :dedupe, \
    :priority, :on_unknown, :due, :expires_at, :state, :created_at) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";

pub(super) fn insert_campaign(connection: &Connection, it: &NewCampaign) -> Result<Option<i64>> {
    connection
        .prepare_cached(INSERT_CAMPAIGN)
        .and_then(|mut statement| {
            statement
                .query_row(
                    named_params! {
                        ":channel": it.channel,
                        ":idempotency_key": it.idempotency_key,
                        ":digest": it.digest,
                        ":seed": it.seed.as_bytes(),
                        ":body": it.body,
                        ":personal": it.personal,
                        ":dedupe": it.dedupe,
                        ":priority": it.priority.code(),
                        ":on_unknown": it.on_unknown.code(),
                        ":due": it.due.as_millis(),
                        ":expires_at": it.expires_at.map(Time::as_millis),
                        ":state": it.state.code(),
                        ":created_at": it.created_at.as_millis(),
                    },
                    |row| row.get(0),
                )
                .optional()
        })
        .map_err(failed)
}
