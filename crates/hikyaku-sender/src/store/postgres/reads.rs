use std::sync::LazyLock;

use super::{
    read::{row_and_payload, stored, stored_columns},
    tx::{Params, PgTx},
};
use crate::{
    Attempt, Budget, Hold, Lane, Priority, State, Time, fairness,
    filter::Filter,
    outcome::Outcome,
    pace::Bucket,
    store::{
        CampaignRow, CampaignState, Found, KeyDue, KeySearch, LaneDue, Move, OutcomeCursorRow,
        Payload, Quota, Reads, Result, Row, Stored,
        read::{self, id_and_digest},
        search::{Dialect, Search, Sought},
        states::{CLAIMABLE, LEASED, OPEN_CANCELLED_CAMPAIGN, STOPPED_CAMPAIGN, WAITING},
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
/// From key to key by the index: there are few of them, and may be many rows. What is due by `$3` is enough of a lane.
static DUE: LazyLock<String> = LazyLock::new(|| {
    let next = |after: &str| {
        format!(
            "SELECT lane, priority, fairness_key, due FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = c {after} \
             ORDER BY lane, priority, fairness_key, due LIMIT 1"
        )
    };
    format!(
        "SELECT DISTINCT ON (c, lane) c, lane, priority, fairness_key, due FROM unnest($1::text[]) AS c, LATERAL ( \
         WITH RECURSIVE key AS (({}) UNION ALL SELECT next.* FROM key, LATERAL ({}) AS next) \
         SELECT * FROM key WHERE fairness_key <> ALL($2::text[])) AS found ORDER BY c, lane, due, priority, fairness_key",
        next(""),
        next(
            "AND (lane, priority, fairness_key) > (key.lane, \
             CASE WHEN key.due <= $3 AND key.fairness_key <> ALL($2) THEN 32767 ELSE key.priority END, key.fairness_key)"
        )
    )
});

/// The same within a lane, and in a circle.
static KEYS: LazyLock<String> = LazyLock::new(|| {
    let next = |of: &str, looked: &str, found: &str, keys: &str| {
        format!(
            "SELECT next.*, {looked} AS looked, {found} + (next.due <= $6 AND next.fairness_key <> ALL($5::text[]))::int AS found \
             FROM {of} (SELECT fairness_key, due FROM hikyaku_delivery WHERE {CLAIMABLE} AND channel = $1 AND lane = $2 \
             AND priority = turn.priority AND {keys} ORDER BY fairness_key, due LIMIT 1) AS next"
        )
    };
    let circle = |name: &str, first: &str, last: &str| {
        let from = format!("{name}, LATERAL");
        let (looked, found) = (format!("{name}.looked + 1"), format!("{name}.found"));
        let keys = format!("fairness_key > {name}.fairness_key {last}");
        format!(
            "{name} AS (({}) UNION ALL ({} WHERE {name}.looked < $8::bigint AND {name}.found < $7::bigint))",
            next("", "1", "0", &format!("{first} {last}")),
            next(&from, &looked, &found, &keys)
        )
    };
    format!(
        "SELECT turn.priority, keys.fairness_key, keys.due FROM unnest($3::smallint[], $4::text[]) AS turn (priority, served), \
         LATERAL (WITH RECURSIVE {}, {} SELECT fairness_key, due FROM ahead UNION ALL SELECT fairness_key, due FROM behind LIMIT $8::bigint) AS keys",
        circle("ahead", "fairness_key > turn.served", ""),
        circle("behind", "true", "AND fairness_key <= turn.served")
    )
});

impl Reads for PgTx<'_> {
    async fn now(&mut self) -> Result<Time> {
        if let Some(now) = self.clock.manual_now() {
            return Ok(now);
        }
        if let Some(begun) = &self.begun {
            // It may have waited for locks since.
            return Ok(begun.now + begun.at.elapsed());
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

    async fn stopped(&mut self) -> Result<Vec<String>> {
        let sql = format!("SELECT id FROM hikyaku_campaign WHERE {STOPPED_CAMPAIGN}");
        self.rows(&sql, &[], |it| it.number().map(fairness::of_campaign)).await
    }

    async fn due(
        &mut self,
        channels: &[String],
        stopped: &[String],
        enough: Time,
    ) -> Result<Vec<LaneDue>> {
        let read = |it: &mut dyn read::Columns| {
            Ok(LaneDue {
                channel: it.text()?,
                lane: it.code(Lane::from_code)?,
                priority: it.code(Priority::from_code)?,
                fairness_key: it.text()?,
                due: it.time()?,
            })
        };
        self.rows(&DUE, &[&channels, &stopped, &enough.as_millis()], read).await
    }

    async fn keys(
        &mut self,
        channel: &str,
        lane: Lane,
        search: &KeySearch<'_>,
    ) -> Result<Vec<KeyDue>> {
        let priorities: Vec<i16> = Priority::ALL.iter().map(|it| it.code()).collect();
        let served: Vec<&str> = Priority::ALL.iter().map(|it| search.served.by(*it)).collect();
        let (lane, now) = (lane.code(), search.now.as_millis());
        let (enough, most) = (i64::from(search.enough), i64::from(search.most));
        let params: Params<'_> =
            &[&channel, &lane, &priorities, &served, &search.stopped, &now, &enough, &most];
        let read = |it: &mut dyn read::Columns| {
            let priority = it.code(Priority::from_code)?;
            Ok(KeyDue { priority, fairness_key: it.text()?, due: it.time()? })
        };
        self.rows(&KEYS, params, read).await
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

    async fn has_budgets(&mut self) -> Result<bool> {
        if let Some(begun) = &self.begun {
            return Ok(begun.budgets);
        }
        let sql = "SELECT budgets FROM hikyaku_meta";
        Ok(self.row(sql, &[], |it| it.flag()).await?.unwrap_or(false))
    }

    async fn budgets(&mut self) -> Result<Vec<Budget>> {
        let sql = format!("SELECT {} FROM hikyaku_budget ORDER BY fairness_key", read::BUDGET);
        self.rows(&sql, &[], read::budget).await
    }

    async fn used_up_budgets(&mut self, now: Time) -> Result<Vec<Budget>> {
        let (columns, used_up) = (read::BUDGET, read::USED_UP);
        let sql = format!("SELECT {columns} FROM hikyaku_budget WHERE {used_up} AND until > $1");
        self.rows(&sql, &[&now.as_millis()], read::budget).await
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

    async fn campaign_state(&mut self, id: i64) -> Result<Option<CampaignState>> {
        let sql = "SELECT state FROM hikyaku_campaign WHERE id = $1";
        self.row(sql, &[&id], |it| it.code(CampaignState::from_code)).await
    }

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<CampaignRow>> {
        let sql =
            format!("SELECT {} FROM hikyaku_campaign ORDER BY id DESC LIMIT $1", read::CAMPAIGN);
        self.rows(&sql, &[&i64::from(limit)], read::campaign).await
    }

    async fn cancelled(&mut self, limit: u32) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT id FROM hikyaku_campaign AS campaign WHERE {OPEN_CANCELLED_CAMPAIGN} \
             AND EXISTS (SELECT 1 FROM hikyaku_delivery WHERE campaign = campaign.id AND {WAITING} AND first_maybe_at IS NULL) \
             ORDER BY id LIMIT $1"
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

    async fn outcomes(&mut self, after: i64, limit: u32) -> Result<Vec<Outcome>> {
        let columns = read::OUTCOME;
        let sql =
            format!("SELECT {columns} FROM hikyaku_outcome WHERE id > $1 ORDER BY id LIMIT $2");
        self.rows(&sql, &[&after, &i64::from(limit)], read::outcome).await
    }

    async fn outcome_mark(&mut self) -> Result<i64> {
        let sql =
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM hikyaku_outcome_id_seq";
        Ok(self.row(sql, &[], |it| it.number()).await?.unwrap_or(0))
    }

    async fn outcomes_after(&mut self, after: i64) -> Result<(u64, Option<Time>)> {
        let sql = "SELECT count(*), min(at) FROM hikyaku_outcome WHERE id > $1";
        let found = self.row(sql, &[&after], |it| Ok((it.number()?, it.time_if_any()?))).await?;
        Ok(found.unwrap_or_default())
    }

    async fn outcome_cursors(&mut self) -> Result<Vec<OutcomeCursorRow>> {
        let columns = read::OUTCOME_CURSOR;
        let sql =
            format!("SELECT {columns} FROM hikyaku_outcome_cursor ORDER BY name COLLATE \"C\"");
        self.rows(&sql, &[], read::outcome_cursor).await
    }

    async fn outcome_cursor(&mut self, name: &str) -> Result<Option<OutcomeCursorRow>> {
        let columns = read::OUTCOME_CURSOR;
        let sql = format!("SELECT {columns} FROM hikyaku_outcome_cursor WHERE name = $1");
        self.row(&sql, &[&name], read::outcome_cursor).await
    }

    async fn due_counts(&mut self, now: Time) -> Result<Vec<(String, Lane, u64)>> {
        // Some indexes hold only some of them, and a glance looks at all rows anyhow.
        let sql = "SELECT channel, lane, count(*) FROM hikyaku_delivery WHERE state IN (0, 3) AND due <= $1 \
            GROUP BY channel, lane ORDER BY channel, lane";
        self.rows(sql, &[&now.as_millis()], |it| {
            Ok((it.text()?, it.code(Lane::from_code)?, it.number()?))
        })
        .await
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM hikyaku_delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, &[], read::tally).await?.into_iter().flatten().collect())
    }
}
