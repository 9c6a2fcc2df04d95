use std::future::{Future, ready};

use rusqlite::{Connection, OptionalExtension, Params, Row as Sql, params};

use super::{failed, read, write};
use crate::{
    Clock, Lane, Priority, State, Time,
    list::Filter,
    pace::Bucket,
    recipients::Recipients,
    store::{
        Campaign, CampaignCounts, Fresh, LaneDue, Move, NewCampaign, Payload, Quota, Result, Row,
        Stored, Tx,
    },
};

/// The transaction that is open on the connection. All of it happens at once; nothing waits.
pub(super) struct SqliteTx<'a> {
    connection: &'a mut Connection,
    clock: &'a Clock,
}

impl<'a> SqliteTx<'a> {
    pub(super) fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        Self { connection, clock }
    }

    fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Sql<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Sql<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        rows.next().map_err(failed)?.map(read).transpose()
    }

    fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params))
            .map_err(failed)
    }

    fn due_lanes(&self, channels: &[String]) -> Result<Vec<LaneDue>> {
        let mut lanes = Vec::new();
        for channel in channels {
            for lane in Lane::ALL {
                let mut first: Option<i64> = None;
                for priority in Priority::ALL {
                    let due = self.row(
                        "SELECT due FROM delivery WHERE state IN (0, 3) AND channel = ?1 AND lane = ?2 AND priority = ?3 \
                         ORDER BY due LIMIT 1",
                        params![channel, lane.code(), priority.code()],
                        |row| row.get(0).map_err(failed),
                    )?;
                    first = first.into_iter().chain(due).min();
                }
                if let Some(due) = first {
                    lanes.push(LaneDue {
                        channel: channel.clone(),
                        lane,
                        due: Time::from_millis(due),
                    });
                }
            }
        }
        Ok(lanes)
    }

    fn claimable_rows(&self, channel: &str, lane: Lane, now: Time, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE state IN (0, 3) AND channel = ?1 AND lane = ?2 AND priority = ?3 AND due <= ?4 \
             ORDER BY due, id LIMIT ?5",
            read::ROW
        );
        let mut rows = Vec::new();
        for priority in Priority::ALL {
            let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(limit));
            if left > 0 {
                let params = params![channel, lane.code(), priority.code(), now.as_millis(), left];
                rows.extend(self.rows(&sql, params, read::row)?);
            }
        }
        Ok(rows)
    }

    fn overdue_rows(&self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE state = 1 AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2",
            read::ROW
        );
        let mut rows = self.rows(&sql, params![now.as_millis(), limit], read::row)?;
        let sql = format!(
            "SELECT {} FROM delivery WHERE first_maybe_at IS NOT NULL AND state IN (0, 2) AND key_used_at <= ?1 \
             ORDER BY key_used_at LIMIT ?2",
            read::ROW
        );
        rows.extend(self.rows(&sql, params![key_cut.as_millis(), limit], read::row)?);
        Ok(rows)
    }

    fn campaign_rows_in(&self, campaign: i64, states: &[State], limit: u32) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {} FROM delivery WHERE campaign = ?1 AND state = ?2 ORDER BY id LIMIT ?3",
            read::ROW
        );
        let mut rows = Vec::new();
        for state in states {
            rows.extend(self.rows(&sql, params![campaign, state.code(), limit], read::row)?);
        }
        rows.truncate(limit as usize);
        Ok(rows)
    }

    fn filtered(&self, filter: &Filter) -> Result<Vec<Stored>> {
        let Filter { state, channel, campaign, before, limit } = filter;
        let sql = format!(
            "SELECT {}, {}, {} FROM delivery JOIN payload ON delivery = id WHERE id < ?1 {} {} {} ORDER BY id DESC LIMIT ?2",
            read::ROW,
            read::PAYLOAD,
            read::MORE,
            state.map(|state| format!("AND state = {}", state.code())).unwrap_or_default(),
            campaign.map(|id| format!("AND campaign = {id}")).unwrap_or_default(),
            if channel.is_some() { "AND channel = ?3" } else { "AND ?3 IS NULL" },
        );
        let before = before.map_or(i64::MAX, |id| id.0);
        self.rows(&sql, params![before, limit, channel], read::stored)
    }

    fn sends(&self, channel: &str, lane: Lane, since: Time) -> Result<Vec<Time>> {
        self.rows(
            "SELECT at FROM send_log WHERE channel = ?1 AND lane = ?2 AND at > ?3 ORDER BY at",
            params![channel, lane.code(), since.as_millis()],
            |row| row.get(0).map(Time::from_millis).map_err(failed),
        )
    }

    fn log(&self, channel: &str, lane: Lane, at: &[Time]) -> Result<()> {
        if let Some(first) = at.first() {
            // A day is longer than any window.
            let old = *first - std::time::Duration::from_hours(24);
            self.execute(
                "DELETE FROM send_log WHERE channel = ?1 AND lane = ?2 AND at < ?3",
                params![channel, lane.code(), old.as_millis()],
            )?;
        }
        for at in at {
            self.execute(
                "INSERT INTO send_log (channel, lane, at) VALUES (?1, ?2, ?3)",
                params![channel, lane.code(), at.as_millis()],
            )?;
        }
        Ok(())
    }

    fn remember_all(&self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        ids.iter()
            .map(|id| {
                let sql = "INSERT INTO seen (campaign, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
                Ok(self.execute(sql, params![campaign, Recipients::pack(&[id]).as_bytes()])? > 0)
            })
            .collect()
    }
}

impl Tx for SqliteTx<'_> {
    fn now(&mut self) -> impl Future<Output = Result<Time>> + Send {
        ready(Ok(self.clock.now()))
    }

    fn insert(&mut self, rows: &[Fresh]) -> impl Future<Output = Result<Vec<Option<i64>>>> + Send {
        ready(rows.iter().map(|fresh| write::insert(self.connection, fresh)).collect())
    }

    fn by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> impl Future<Output = Result<Option<(i64, Vec<u8>)>>> + Send {
        ready(self.row(
            "SELECT id, digest FROM delivery WHERE channel = ?1 AND idempotency_key = ?2",
            [channel, key],
            |row| Ok((row.get(0).map_err(failed)?, row.get(1).map_err(failed)?)),
        ))
    }

    fn due(&mut self, channels: &[String]) -> impl Future<Output = Result<Vec<LaneDue>>> + Send {
        ready(self.due_lanes(channels))
    }

    fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        now: Time,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send {
        ready(self.claimable_rows(channel, lane, now, limit))
    }

    fn load(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Row>>> + Send {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let sql = format!("SELECT {} FROM delivery WHERE id = ?1", read::ROW);
        ready(ids.iter().filter_map(|id| self.row(&sql, [id], read::row).transpose()).collect())
    }

    fn payloads(
        &mut self,
        ids: &[i64],
    ) -> impl Future<Output = Result<Vec<(i64, Payload)>>> + Send {
        let sql = format!("SELECT {} FROM payload WHERE delivery = ?1", read::PAYLOAD);
        ready(ids.iter().filter_map(|id| self.row(&sql, [id], read::payload).transpose()).collect())
    }

    fn save(&mut self, rows: &[Row]) -> impl Future<Output = Result<()>> + Send {
        ready(rows.iter().try_for_each(|row| write::save(self.connection, row)))
    }

    fn overdue(
        &mut self,
        now: Time,
        key_cut: Time,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send {
        ready(self.overdue_rows(now, key_cut, limit))
    }

    fn is_leased(&mut self) -> impl Future<Output = Result<bool>> + Send {
        let sql = "SELECT 1 FROM delivery WHERE state = 1 LIMIT 1";
        ready(self.row(sql, [], |_| Ok(())).map(|found| found.is_some()))
    }

    fn campaign_rows(
        &mut self,
        campaign: i64,
        states: &[State],
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send {
        ready(self.campaign_rows_in(campaign, states, limit))
    }

    fn prune(&mut self, before: Time, limit: u32) -> impl Future<Output = Result<u64>> + Send {
        let pruned = self.execute(
            "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE state IN (4, 7, 8, 9) AND due < ?1 AND created_at < ?1 \
             ORDER BY due LIMIT ?2)",
            params![before.as_millis(), limit],
        );
        ready(pruned.map(|count| count as u64))
    }

    fn bucket(
        &mut self,
        channel: &str,
        lane: Lane,
    ) -> impl Future<Output = Result<Option<Bucket>>> + Send {
        let sql = format!("SELECT {} FROM bucket WHERE channel = ?1 AND lane = ?2", read::BUCKET);
        let found = self.row(&sql, params![channel, lane.code()], read::bucket);
        ready(found.map(|found| found.map(|(_, _, bucket)| bucket)))
    }

    fn save_bucket(
        &mut self,
        channel: &str,
        lane: Lane,
        bucket: &Bucket,
    ) -> impl Future<Output = Result<()>> + Send {
        let saved = self.execute(
            "INSERT OR REPLACE INTO bucket (channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                channel,
                lane.code(),
                bucket.tokens,
                bucket.at.as_millis(),
                bucket.slow,
                bucket.slowed_at.as_millis(),
                bucket.strikes,
                bucket.hold_until.map(Time::as_millis),
                bucket.hold_reason.map(crate::HoldReason::code),
            ],
        );
        ready(saved.map(drop))
    }

    fn buckets(&mut self) -> impl Future<Output = Result<Vec<(String, Lane, Bucket)>>> + Send {
        let sql = format!("SELECT {} FROM bucket ORDER BY channel, lane", read::BUCKET);
        ready(self.rows(&sql, [], read::bucket))
    }

    fn sends_since(
        &mut self,
        channel: &str,
        lane: Lane,
        since: Time,
    ) -> impl Future<Output = Result<Vec<Time>>> + Send {
        ready(self.sends(channel, lane, since))
    }

    fn log_sends(
        &mut self,
        channel: &str,
        lane: Lane,
        at: &[Time],
    ) -> impl Future<Output = Result<()>> + Send {
        ready(self.log(channel, lane, at))
    }

    fn quota(&mut self, channel: &str) -> impl Future<Output = Result<Option<Quota>>> + Send {
        let found = self
            .connection
            .prepare_cached("SELECT most, used, reserved, checked_at FROM quota WHERE channel = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([channel], |row| {
                        Ok(Quota {
                            limit: row.get(0)?,
                            used: row.get(1)?,
                            reserved: row.get(2)?,
                            checked_at: Time::from_millis(row.get(3)?),
                        })
                    })
                    .optional()
            });
        ready(found.map_err(failed))
    }

    fn save_quota(
        &mut self,
        channel: &str,
        quota: &Quota,
    ) -> impl Future<Output = Result<()>> + Send {
        let saved = self.execute(
            "INSERT OR REPLACE INTO quota (channel, most, used, reserved, checked_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![channel, quota.limit, quota.used, quota.reserved, quota.checked_at.as_millis()],
        );
        ready(saved.map(drop))
    }

    fn insert_campaign(
        &mut self,
        campaign: &NewCampaign,
    ) -> impl Future<Output = Result<Option<i64>>> + Send {
        ready(write::insert_campaign(self.connection, campaign))
    }

    fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> impl Future<Output = Result<Option<(i64, Vec<u8>)>>> + Send {
        ready(self.row(
            "SELECT id, digest FROM campaign WHERE channel = ?1 AND idempotency_key = ?2",
            [channel, key],
            |row| Ok((row.get(0).map_err(failed)?, row.get(1).map_err(failed)?)),
        ))
    }

    fn campaign(
        &mut self,
        id: i64,
        _lock: bool,
    ) -> impl Future<Output = Result<Option<Campaign>>> + Send {
        let sql = format!("SELECT {} FROM campaign WHERE id = ?1", read::CAMPAIGN);
        ready(self.row(&sql, [id], read::campaign))
    }

    fn campaigns(&mut self, limit: u32) -> impl Future<Output = Result<Vec<Campaign>>> + Send {
        let sql = format!("SELECT {} FROM campaign ORDER BY id DESC LIMIT ?1", read::CAMPAIGN);
        ready(self.rows(&sql, [limit], read::campaign))
    }

    fn save_campaign(&mut self, campaign: &Campaign) -> impl Future<Output = Result<()>> + Send {
        let cursor = &campaign.cursor;
        let saved = self.execute(
            "UPDATE campaign SET state = ?2, cursor_bytes = ?3, cursor_lines = ?4, cursor_chunks = ?5, cursor_digest = ?6, \
             cursor_done = ?7 WHERE id = ?1",
            params![
                campaign.id,
                campaign.spec.state.code(),
                cursor.bytes,
                cursor.lines,
                cursor.chunks,
                cursor.digest,
                cursor.done,
            ],
        );
        ready(saved.map(drop))
    }

    fn add_counts(
        &mut self,
        campaign: i64,
        counts: CampaignCounts,
    ) -> impl Future<Output = Result<()>> + Send {
        let saved = self.execute(
            "UPDATE campaign SET total = total + ?2, accepted = accepted + ?3, rejected = rejected + ?4, unknown = unknown + ?5, \
             cancelled = cancelled + ?6, repeated = repeated + ?7, bad_lines = bad_lines + ?8 WHERE id = ?1",
            params![
                campaign,
                counts.total,
                counts.accepted,
                counts.rejected,
                counts.unknown,
                counts.cancelled,
                counts.repeated,
                counts.bad_lines,
            ],
        );
        ready(saved.map(drop))
    }

    fn remember(
        &mut self,
        campaign: i64,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<bool>>> + Send {
        ready(self.remember_all(campaign, ids))
    }

    fn forget(&mut self, campaign: i64) -> impl Future<Output = Result<()>> + Send {
        ready(self.execute("DELETE FROM seen WHERE campaign = ?1", [campaign]).map(drop))
    }

    fn list(&mut self, filter: &Filter) -> impl Future<Output = Result<Vec<Stored>>> + Send {
        ready(self.filtered(filter))
    }

    fn show(&mut self, id: i64) -> impl Future<Output = Result<Option<Stored>>> + Send {
        let sql = format!(
            "SELECT {}, {}, {} FROM delivery JOIN payload ON delivery = id WHERE id = ?1",
            read::ROW,
            read::PAYLOAD,
            read::MORE
        );
        ready(self.row(&sql, [id], read::stored))
    }

    fn after(&mut self, id: i64, limit: u32) -> impl Future<Output = Result<Vec<Stored>>> + Send {
        let sql = format!(
            "SELECT {}, {}, {} FROM delivery JOIN payload ON delivery = id WHERE id > ?1 ORDER BY id LIMIT ?2",
            read::ROW,
            read::PAYLOAD,
            read::MORE
        );
        ready(self.rows(&sql, params![id, limit], read::stored))
    }

    fn remembered(
        &mut self,
        campaign: i64,
        after: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<String>>> + Send {
        let sql = "SELECT id FROM seen WHERE campaign = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let after = after.map(|id| Recipients::pack(&[id]).as_bytes().to_vec());
        let after = after.unwrap_or_default();
        let read = |row: &Sql<'_>| {
            let id = Recipients::from_bytes(row.get(0).map_err(failed)?);
            let id = id.ok_or_else(|| crate::Error::damaged("a remembered id is none"))?;
            Ok(id.ids().concat())
        };
        ready(self.rows(sql, params![campaign, after, limit], read))
    }

    fn moved(&mut self) -> impl Future<Output = Result<Option<Move>>> + Send {
        let sql = "SELECT moved_to, moved FROM meta WHERE moved_to IS NOT NULL";
        let read = |row: &Sql<'_>| {
            Ok(Move { to: row.get(0).map_err(failed)?, done: row.get(1).map_err(failed)? })
        };
        ready(self.row(sql, [], read))
    }

    fn save_moved(&mut self, moved: &Move) -> impl Future<Output = Result<()>> + Send {
        let sql = "UPDATE meta SET moved_to = ?1, moved = ?2";
        ready(self.execute(sql, params![moved.to, moved.done]).map(drop))
    }

    fn tally(&mut self) -> impl Future<Output = Result<Vec<(State, u64)>>> + Send {
        let counted = self.rows(
            "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state",
            [],
            |row| {
                Ok((row.get::<_, i16>(0).map_err(failed)?, row.get::<_, i64>(1).map_err(failed)?))
            },
        );
        ready(counted.map(|counted| {
            counted
                .into_iter()
                .filter_map(|(state, count)| {
                    Some((State::from_code(state)?, u64::try_from(count).unwrap_or(0)))
                })
                .collect()
        }))
    }
}
