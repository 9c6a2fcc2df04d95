use rusqlite::{params, params_from_iter};

use super::{
    read::{row_and_payload, row_and_payload_columns, stored, stored_columns},
    tx::SqliteTx,
};
use crate::{
    Attempt, Hold, Lane, Priority, State, Time,
    filter::Filter,
    pace::Bucket,
    recipients::Recipients,
    store::{
        CampaignRow, Found, LaneDue, Move, Payload, Quota, Reads, Result, Row, Stored,
        columns::Value,
        read::{self, id_and_digest, known},
        search::{Dialect, Search, Sought},
        states::{CLAIMABLE, LEASED, OPEN_CAMPAIGN, PAUSED},
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

    async fn due(&mut self, channels: &[String]) -> Result<Vec<LaneDue>> {
        let sql = format!(
            "SELECT due FROM delivery WHERE {CLAIMABLE} AND channel = ?1 AND lane = ?2 AND priority = ?3 ORDER BY due LIMIT 1"
        );
        let mut lanes = Vec::new();
        for channel in channels {
            for &lane in Lane::ALL {
                let mut first: Option<Time> = None;
                for priority in Priority::ALL {
                    let params = params![channel, lane.code(), priority.code()];
                    let due = self.row(&sql, params, |it| it.time())?;
                    first = first.into_iter().chain(due).min();
                }
                if let Some(due) = first {
                    lanes.push(LaneDue { channel: channel.clone(), lane, due });
                }
            }
        }
        Ok(lanes)
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

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<CampaignRow>> {
        let sql = format!("SELECT {} FROM campaign ORDER BY id DESC LIMIT ?1", read::CAMPAIGN);
        self.rows(&sql, [limit], read::campaign)
    }

    async fn misaligned(&mut self, limit: u32) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM campaign AS campaign WHERE {OPEN_CAMPAIGN} \
             AND EXISTS (SELECT 1 FROM delivery WHERE campaign = campaign.id AND {PAUSED}) ORDER BY id LIMIT ?1"
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

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, [], read::tally)?.into_iter().flatten().collect())
    }
}
