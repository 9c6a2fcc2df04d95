use super::{
    read::{row_and_payload, stored, stored_columns},
    tx::PgTx,
};
use crate::{
    Attempt, Hold, Lane, Priority, State, Time,
    filter::Filter,
    pace::Bucket,
    store::{
        CampaignRow, Found, LaneDue, Move, Payload, Quota, Reads, Result, Row, Stored,
        read::{self, id_and_digest},
        search::{Dialect, Search, Sought},
        states::{CLAIMABLE, LEASED, OPEN_CAMPAIGN, PAUSED},
    },
};

const DIALECT: Dialect = Dialect {
    sign: '$',
    table: "hikyaku_delivery",
    from: "hikyaku_delivery",
    from_payload: "hikyaku_delivery",
    has_bytes: |bytes| format!("position({bytes}::bytea IN ids) > 0"),
    has_text: |text| format!("strpos(last_error, {text}) > 0"),
};

impl Reads for PgTx<'_> {
    async fn now(&mut self) -> Result<Time> {
        if let Some(now) = self.clock.manual_now() {
            return Ok(now);
        }
        if let Some(begun) = &self.begun {
            return Ok(begun.now);
        }
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        Ok(self.row(sql, &[], |it| it.time()).await?.unwrap_or_default())
    }

    async fn moved(&mut self) -> Result<Option<Move>> {
        if let Some(begun) = &self.begun {
            return Ok(begun.moved.clone());
        }
        let sql = "SELECT moved_to, moved FROM hikyaku_meta WHERE moved_to IS NOT NULL";
        self.row(sql, &[], |it| Ok(Move { to: it.text()?, done: it.flag()? })).await
    }

    async fn by_key(&mut self, channel: &str, key: &str) -> Result<Option<(Row, Payload)>> {
        let sql = format!(
            "SELECT {}, {} FROM hikyaku_delivery WHERE channel = $1 AND idempotency_key = $2",
            *read::ROW,
            *read::PAYLOAD
        );
        self.row(&sql, &[&channel, &key], row_and_payload).await
    }

    async fn due(&mut self, channels: &[String]) -> Result<Vec<LaneDue>> {
        let sql = format!(
            "SELECT c, l, min(due) FROM unnest($1::text[]) c, unnest($2::smallint[]) l, unnest($3::smallint[]) p, \
             LATERAL (SELECT due FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = c AND lane = l AND priority = p \
             ORDER BY due LIMIT 1) AS first GROUP BY c, l ORDER BY c, l"
        );
        let lanes: Vec<i16> = Lane::ALL.iter().map(|lane| lane.code()).collect();
        let priorities: Vec<i16> = Priority::ALL.iter().map(|priority| priority.code()).collect();
        let read = |it: &mut dyn read::Columns| {
            Ok(LaneDue { channel: it.text()?, lane: it.code(Lane::from_code)?, due: it.time()? })
        };
        self.rows(&sql, &[&channels, &lanes, &priorities], read).await
    }

    async fn channels(&mut self) -> Result<Vec<String>> {
        // From one to the next by the index: there are few channels and may be many rows.
        let sql = format!(
            "WITH RECURSIVE found AS (SELECT (SELECT channel FROM hikyaku_delivery WHERE {CLAIMABLE} ORDER BY channel LIMIT 1) AS channel \
             UNION ALL SELECT (SELECT channel FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel > found.channel ORDER BY channel LIMIT 1) \
             FROM found WHERE found.channel IS NOT NULL) SELECT channel FROM found WHERE channel IS NOT NULL"
        );
        self.rows(&sql, &[], |it| it.text()).await
    }

    async fn is_leased(&mut self) -> Result<bool> {
        let sql = format!("SELECT 1 FROM hikyaku_delivery WHERE {LEASED} LIMIT 1");
        Ok(self.row(&sql, &[], |_| Ok(())).await?.is_some())
    }

    async fn buckets(&mut self) -> Result<Vec<(String, Lane, Bucket)>> {
        let sql = format!("SELECT {} FROM hikyaku_bucket ORDER BY channel, lane", read::BUCKET);
        self.rows(&sql, &[], read::bucket).await
    }

    async fn holds(&mut self) -> Result<Vec<Hold>> {
        let sql = format!("SELECT {} FROM hikyaku_hold ORDER BY id", read::HOLD);
        self.rows(&sql, &[], read::hold).await
    }

    async fn sends_since(&mut self, channel: &str, lane: Lane, since: Time) -> Result<Vec<Time>> {
        let sql = "SELECT at FROM hikyaku_send_log WHERE channel = $1 AND lane = $2 AND at > $3 ORDER BY at";
        self.rows(sql, &[&channel, &lane.code(), &since.as_millis()], |it| it.time()).await
    }

    async fn quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        let sql = format!("SELECT {} FROM hikyaku_quota WHERE channel = $1", read::QUOTA);
        self.row(&sql, &[&channel], read::quota).await
    }

    async fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> Result<Option<(i64, Vec<u8>)>> {
        let sql =
            "SELECT id, digest FROM hikyaku_campaign WHERE channel = $1 AND idempotency_key = $2";
        self.row(sql, &[&channel, &key], id_and_digest).await
    }

    async fn campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        let sql = format!("SELECT {} FROM hikyaku_campaign WHERE id = $1", read::CAMPAIGN);
        self.row(&sql, &[&id], read::campaign).await
    }

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<CampaignRow>> {
        let sql =
            format!("SELECT {} FROM hikyaku_campaign ORDER BY id DESC LIMIT $1", read::CAMPAIGN);
        self.rows(&sql, &[&i64::from(limit)], read::campaign).await
    }

    async fn misaligned(&mut self, limit: u32) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM hikyaku_campaign AS campaign WHERE {OPEN_CAMPAIGN} \
             AND EXISTS (SELECT 1 FROM hikyaku_delivery WHERE campaign = campaign.id AND {PAUSED}) ORDER BY id LIMIT $1"
        );
        self.rows(&sql, &[&i64::from(limit)], |it| it.number()).await
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
        let read =
            |it: &mut dyn read::Columns| Ok(String::from_utf8_lossy(&it.bytes()?).into_owned());
        self.rows(sql, &[&campaign, &after, &i64::from(limit)], read).await
    }

    async fn list(&mut self, filter: &Filter) -> Result<Found> {
        let (columns, limit) = (stored_columns(), filter.limit);
        let search = Search::new(filter, &DIALECT);
        let Some(recipient) = &filter.recipient else {
            let newest = search.newest(&columns, limit);
            return self.rows_once(&newest, &search.values, stored).await.map(Found::all);
        };
        let sought = Sought::new(recipient);
        let many = self.rows_once(&search.many(), &search.values, |it| it.number()).await?;
        let lowest = Sought::lowest(&many);
        let (sql, values) = search.clone().alone(&columns, &sought, lowest, limit);
        let alone = self.rows_once(&sql, &values, stored).await?;
        let (sql, values) = search.among(&columns, &sought, lowest);
        let among = self.rows_once(&sql, &values, stored).await?;
        Ok(sought.found(alone, among, lowest, limit))
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        let sql = format!("SELECT {} FROM hikyaku_delivery WHERE id = $1", stored_columns());
        self.row(&sql, &[&id], stored).await
    }

    async fn attempts(&mut self, from: i64, to: i64) -> Result<Vec<(i64, Attempt)>> {
        let sql = "SELECT delivery, attempt FROM hikyaku_attempt WHERE delivery BETWEEN $1 AND $2 ORDER BY delivery, number";
        Ok(self.rows(sql, &[&from, &to], read::attempt).await?.into_iter().flatten().collect())
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id > $1 ORDER BY id LIMIT $2",
            stored_columns()
        );
        self.rows(&sql, &[&id, &i64::from(limit)], stored).await
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM hikyaku_delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, &[], read::tally).await?.into_iter().flatten().collect())
    }
}
