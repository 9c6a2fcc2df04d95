use rusqlite::{params, params_from_iter};

use super::{
    read::{row_and_payload, row_and_payload_columns, stored, stored_columns},
    tx::SqliteTx,
};
use crate::{
    Attempt, Budget, Hold, Lane, Priority, State, Time, fairness,
    filter::Filter,
    outcome::Outcome,
    pace::Bucket,
    recipients::Recipients,
    store::{
        CampaignRow, CampaignState, Found, KeyDue, KeySearch, LaneDue, Move, OutcomeCursorRow,
        Payload, Quota, Reads, Result, Row, Stored,
        columns::Value,
        read::{self, id_and_digest, known},
        search::{Dialect, Search, Sought},
        states::{CLAIMABLE, LEASED, OPEN_CANCELLED_CAMPAIGN, STOPPED_CAMPAIGN, WAITING},
    },
};

const DIALECT: Dialect = Dialect {
    sign: '?',
    table: "delivery",
    from: "delivery JOIN payload ON delivery = id",
    // In this order of the two: the other one goes through all deliveries.
    from_payload: "payload CROSS JOIN delivery ON delivery = id",
    has_bytes: |bytes| format!("instr(ids, {bytes}) > 0"),
    has_text: |text| format!("instr(last_error, {text}) > 0"),
};

impl Reads for SqliteTx<'_> {
    async fn now(&mut self) -> Result<Time> {
        Ok(self.clock.now())
    }

    async fn moved(&mut self) -> Result<Option<Move>> {
        let sql = "SELECT moved_to, moved FROM meta WHERE moved_to IS NOT NULL";
        self.row(sql, [], |it| Ok(Move { to: it.text()?, done: it.flag()? }))
    }

    async fn by_key(&mut self, channel: &str, key: &str) -> Result<Option<(Row, Payload)>> {
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE channel = ?1 AND idempotency_key = ?2",
            row_and_payload_columns()
        );
        self.row(&sql, [channel, key], row_and_payload)
    }

    async fn stopped(&mut self) -> Result<Vec<String>> {
        let sql = format!("SELECT id FROM campaign WHERE {STOPPED_CAMPAIGN}");
        self.rows(&sql, [], |it| it.number().map(fairness::of_campaign))
    }

    async fn due(
        &mut self,
        channels: &[String],
        stopped: &[String],
        enough: Time,
    ) -> Result<Vec<LaneDue>> {
        let mut lanes: Vec<LaneDue> = Vec::new();
        for channel in channels {
            let (mut lane, mut priority, mut key) = (-1, -1, String::new());
            while let Some(next) = self.next_of_channel(channel, lane, priority, &key)? {
                (lane, priority) = (next.lane.code(), next.priority.code());
                key.clone_from(&next.fairness_key);
                if stopped.contains(&key) {
                    continue;
                }
                if next.due <= enough {
                    // On to the next lane.
                    priority = i16::MAX;
                }
                match lanes.last_mut() {
                    Some(last) if last.channel == next.channel && last.lane == next.lane => {
                        if next.due < last.due {
                            *last = next;
                        }
                    }
                    _ => lanes.push(next),
                }
            }
        }
        Ok(lanes)
    }

    async fn keys(
        &mut self,
        channel: &str,
        lane: Lane,
        search: &KeySearch<'_>,
    ) -> Result<Vec<KeyDue>> {
        let (mut keys, mut found) = (Vec::new(), 0);
        for priority in Priority::ALL {
            let served = search.served.by(priority);
            let mut after = Some(served.to_owned());
            let mut wrapped = false;
            let mut looked = 0;
            while found < search.enough && looked < search.most {
                let next = self.next_of_lane(channel, lane, priority, after.as_deref())?;
                let Some(key) = next else {
                    if wrapped {
                        break;
                    }
                    (wrapped, after) = (true, None);
                    continue;
                };
                let is_last = key.fairness_key.as_str() >= served;
                if wrapped && key.fairness_key.as_str() > served {
                    break;
                }
                looked += 1;
                found += u32::from(search.finds(&key));
                after = Some(key.fairness_key.clone());
                keys.push(key);
                if wrapped && is_last {
                    break;
                }
            }
        }
        Ok(keys)
    }

    async fn channels(&mut self) -> Result<Vec<String>> {
        // From one to the next by the index: there are few channels and may be many rows.
        let sql = format!(
            "WITH RECURSIVE found AS (SELECT (SELECT channel FROM delivery WHERE {CLAIMABLE} ORDER BY channel LIMIT 1) AS channel \
             UNION ALL SELECT (SELECT channel FROM delivery WHERE {CLAIMABLE} AND channel > found.channel ORDER BY channel LIMIT 1) \
             FROM found WHERE found.channel IS NOT NULL) SELECT channel FROM found WHERE channel IS NOT NULL"
        );
        self.rows(&sql, [], |it| it.text())
    }

    async fn is_leased(&mut self) -> Result<bool> {
        let sql = format!("SELECT 1 FROM delivery WHERE {LEASED} LIMIT 1");
        self.row(&sql, [], |_| Ok(())).map(|found| found.is_some())
    }

    async fn buckets(&mut self) -> Result<Vec<(String, Lane, Bucket)>> {
        let sql = format!("SELECT {} FROM bucket ORDER BY channel, lane", read::BUCKET);
        self.rows(&sql, [], read::bucket)
    }

    async fn holds(&mut self) -> Result<Vec<Hold>> {
        let sql = format!("SELECT {} FROM hold ORDER BY id", read::HOLD);
        self.rows(&sql, [], read::hold)
    }

    async fn has_budgets(&mut self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM budget)";
        Ok(self.row(sql, [], |it| it.flag())?.unwrap_or(false))
    }

    async fn budgets(&mut self) -> Result<Vec<Budget>> {
        let sql = format!("SELECT {} FROM budget ORDER BY fairness_key", read::BUDGET);
        self.rows(&sql, [], read::budget)
    }

    async fn used_up_budgets(&mut self, now: Time) -> Result<Vec<Budget>> {
        let (columns, used_up) = (read::BUDGET, read::USED_UP);
        let sql = format!("SELECT {columns} FROM budget WHERE {used_up} AND until > ?1");
        self.rows(&sql, [now.as_millis()], read::budget)
    }

    async fn sends_since(&mut self, channel: &str, lane: Lane, since: Time) -> Result<Vec<Time>> {
        let sql =
            "SELECT at FROM send_log WHERE channel = ?1 AND lane = ?2 AND at > ?3 ORDER BY at";
        self.rows(sql, params![channel, lane.code(), since.as_millis()], |it| it.time())
    }

    async fn quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        let sql = format!("SELECT {} FROM quota WHERE channel = ?1", read::QUOTA);
        self.row(&sql, [channel], read::quota)
    }

    async fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> Result<Option<(i64, Vec<u8>)>> {
        let sql = "SELECT id, digest FROM campaign WHERE channel = ?1 AND idempotency_key = ?2";
        self.row(sql, [channel, key], id_and_digest)
    }

    async fn campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        let sql = format!("SELECT {} FROM campaign WHERE id = ?1", read::CAMPAIGN);
        self.row(&sql, [id], read::campaign)
    }

    async fn campaign_state(&mut self, id: i64) -> Result<Option<CampaignState>> {
        self.row("SELECT state FROM campaign WHERE id = ?1", [id], |it| {
            it.code(CampaignState::from_code)
        })
    }

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<CampaignRow>> {
        let sql = format!("SELECT {} FROM campaign ORDER BY id DESC LIMIT ?1", read::CAMPAIGN);
        self.rows(&sql, [limit], read::campaign)
    }

    async fn cancelled(&mut self, limit: u32) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM campaign AS campaign WHERE {OPEN_CANCELLED_CAMPAIGN} \
             AND EXISTS (SELECT 1 FROM delivery WHERE campaign = campaign.id AND {WAITING} AND first_maybe_at IS NULL) \
             ORDER BY id LIMIT ?1"
        );
        self.rows(&sql, [limit], |it| it.number())
    }

    async fn remembered(
        &mut self,
        campaign: i64,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        let sql = "SELECT id FROM seen WHERE campaign = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let after = after.map(|id| Recipients::pack(&[id]).as_bytes().to_vec());
        self.rows(sql, params![campaign, after.unwrap_or_default(), limit], |it| {
            Ok(known(Recipients::from_bytes(it.bytes()?))?.ids().concat())
        })
    }

    async fn list(&mut self, filter: &Filter) -> Result<Found> {
        let (columns, limit) = (stored_columns(), filter.limit);
        let search = Search::new(filter, &DIALECT);
        let query =
            |sql: &str, values: &[Value<'_>]| self.rows(sql, params_from_iter(values), stored);
        let Some(recipient) = &filter.recipient else {
            return query(&search.newest(&columns, limit), &search.values).map(Found::all);
        };
        let sought = Sought::new(recipient);
        let id = |it: &mut dyn read::Columns| it.number();
        let many = self.rows(&search.many(), params_from_iter(&search.values), id)?;
        let lowest = Sought::lowest(&many);
        let (sql, values) = search.clone().alone(&columns, &sought, lowest, limit);
        let alone = query(&sql, &values)?;
        let (sql, values) = search.among(&columns, &sought, lowest);
        Ok(sought.found(alone, query(&sql, &values)?, lowest, limit))
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        let columns = stored_columns();
        let sql =
            format!("SELECT {columns} FROM delivery JOIN payload ON delivery = id WHERE id = ?1");
        self.row(&sql, [id], stored)
    }

    async fn attempts(&mut self, from: i64, to: i64) -> Result<Vec<(i64, Attempt)>> {
        let sql = "SELECT delivery, attempt FROM attempt WHERE delivery BETWEEN ?1 AND ?2 ORDER BY delivery, number";
        Ok(self.rows(sql, [from, to], read::attempt)?.into_iter().flatten().collect())
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE id > ?1 ORDER BY id LIMIT ?2",
            stored_columns()
        );
        self.rows(&sql, params![id, limit], stored)
    }

    async fn outcomes(&mut self, after: i64, limit: u32) -> Result<Vec<Outcome>> {
        let sql =
            format!("SELECT {} FROM outcome WHERE id > ?1 ORDER BY id LIMIT ?2", read::OUTCOME);
        self.rows(&sql, params![after, limit], read::outcome)
    }

    async fn outcome_mark(&mut self) -> Result<i64> {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'outcome'";
        Ok(self.row(sql, [], |it| it.number())?.unwrap_or(0))
    }

    async fn outcomes_after(&mut self, after: i64) -> Result<(u64, Option<Time>)> {
        let sql = "SELECT count(*), min(at) FROM outcome WHERE id > ?1";
        let found = self.row(sql, [after], |it| Ok((it.number()?, it.time_if_any()?)))?;
        Ok(found.unwrap_or_default())
    }

    async fn outcome_cursors(&mut self) -> Result<Vec<OutcomeCursorRow>> {
        let sql = format!("SELECT {} FROM outcome_cursor ORDER BY name", read::OUTCOME_CURSOR);
        self.rows(&sql, [], read::outcome_cursor)
    }

    async fn outcome_cursor(&mut self, name: &str) -> Result<Option<OutcomeCursorRow>> {
        let sql = format!("SELECT {} FROM outcome_cursor WHERE name = ?1", read::OUTCOME_CURSOR);
        self.row(&sql, [name], read::outcome_cursor)
    }

    async fn due_counts(&mut self, now: Time) -> Result<Vec<(String, Lane, u64)>> {
        // Some indexes hold only some of them, and a glance looks at all rows anyhow.
        let sql = "SELECT channel, lane, count(*) FROM delivery WHERE state IN (0, 3) AND due <= ?1 \
            GROUP BY channel, lane ORDER BY channel, lane";
        self.rows(sql, [now.as_millis()], |it| {
            Ok((it.text()?, it.code(Lane::from_code)?, it.number()?))
        })
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, [], read::tally)?.into_iter().flatten().collect())
    }
}

/// From key to key by the index: there are few of them, and may be many rows.
impl SqliteTx<'_> {
    /// The first fairness key of a channel's lanes behind another one.
    fn next_of_channel(
        &self,
        channel: &str,
        lane: i16,
        priority: i16,
        key: &str,
    ) -> Result<Option<LaneDue>> {
        let sql = format!(
            "SELECT lane, priority, fairness_key, due FROM delivery WHERE {CLAIMABLE} AND channel = ?1 \
             AND (lane, priority, fairness_key) > (?2, ?3, ?4) ORDER BY lane, priority, fairness_key, due LIMIT 1"
        );
        self.row(&sql, params![channel, lane, priority, key], |it| {
            Ok(LaneDue {
                channel: channel.to_owned(),
                lane: it.code(Lane::from_code)?,
                priority: it.code(Priority::from_code)?,
                fairness_key: it.text()?,
                due: it.time()?,
            })
        })
    }

    /// The first fairness key of a lane, or the first behind another one.
    fn next_of_lane(
        &self,
        channel: &str,
        lane: Lane,
        priority: Priority,
        after: Option<&str>,
    ) -> Result<Option<KeyDue>> {
        let sql = format!(
            "SELECT fairness_key, due FROM delivery WHERE {CLAIMABLE} AND channel = ?1 AND lane = ?2 AND priority = ?3 \
             AND fairness_key {} ?4 ORDER BY fairness_key, due LIMIT 1",
            if after.is_some() { ">" } else { ">=" }
        );
        let after = after.unwrap_or_default();
        self.row(&sql, params![channel, lane.code(), priority.code(), after], |it| {
            Ok(KeyDue { priority, fairness_key: it.text()?, due: it.time()? })
        })
    }
}
