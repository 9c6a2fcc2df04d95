use rusqlite::params;

use super::tx::SqliteTx;
use crate::{
    Budget, Hold, HoldId, HoldReason, Lane, Time,
    pace::Bucket,
    store::{Lanes, Quota, Reads as _, Result, read, row::whole},
};

impl Lanes for SqliteTx<'_> {
    async fn bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let sql = format!("SELECT {} FROM bucket WHERE channel = ?1 AND lane = ?2", read::BUCKET);
        let found = self.row(&sql, params![channel, lane.code()], read::bucket)?;
        Ok(found.map(|(_, _, bucket)| bucket))
    }

    async fn free_bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let now = self.now().await?;
        Ok(Some(self.bucket(channel, lane).await?.unwrap_or_else(|| Bucket::new(now))))
    }

    async fn save_bucket(&mut self, channel: &str, lane: Lane, bucket: &Bucket) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO bucket (channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason, \
            served_high, served_normal, served_low) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let params = params![
            channel,
            lane.code(),
            bucket.tokens,
            bucket.at.as_millis(),
            bucket.slow,
            bucket.slowed_at.as_millis(),
            bucket.strikes,
            bucket.hold_until.map(Time::as_millis),
            bucket.hold_reason.map(HoldReason::code),
            bucket.served.high,
            bucket.served.normal,
            bucket.served.low,
        ];
        self.execute(sql, params).map(drop)
    }

    async fn insert_hold(&mut self, hold: &Hold) -> Result<HoldId> {
        let sql = "INSERT INTO hold (channel, lane, fairness_key, reason, who, at, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Hold { channel, lane, fairness_key, reason, who, at, until, .. } = hold;
        let (lane, until) = (lane.map(Lane::code), until.map(Time::as_millis));
        self.execute(
            sql,
            params![channel, lane, fairness_key, reason, who, at.as_millis(), until],
        )?;
        Ok(HoldId(self.last_id()))
    }

    async fn remove_hold(&mut self, id: HoldId) -> Result<bool> {
        Ok(self.execute("DELETE FROM hold WHERE id = ?1", [id.0])? > 0)
    }

    async fn lock_budgets(&mut self, keys: &[String]) -> Result<Vec<Budget>> {
        let sql = format!("SELECT {} FROM budget WHERE fairness_key = ?1", read::BUDGET);
        let found = keys.iter().map(|key| self.row(&sql, [key], read::budget));
        found.filter_map(Result::transpose).collect()
    }

    async fn save_budget(&mut self, budget: &Budget) -> Result<()> {
        let sql = format!(
            "INSERT OR REPLACE INTO budget ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            read::BUDGET
        );
        let Budget { fairness_key, limit, per, beyond, used, since, until, used_up } = budget;
        let params = params![
            fairness_key,
            whole(*limit),
            per.code(),
            beyond.code(),
            whole(*used),
            since.as_millis(),
            until.as_millis(),
            used_up,
        ];
        self.execute(&sql, params).map(drop)
    }

    async fn remove_budget(&mut self, key: &str) -> Result<()> {
        self.execute("DELETE FROM budget WHERE fairness_key = ?1", [key]).map(drop)
    }

    async fn note_budgets(&mut self, _: bool) -> Result<()> {
        // To look is as quick as to be told.
        Ok(())
    }

    async fn log_sends(&mut self, channel: &str, lane: Lane, at: &[Time]) -> Result<()> {
        let sql = "INSERT INTO send_log (channel, lane, at) VALUES (?1, ?2, ?3)";
        at.iter().try_for_each(|at| {
            self.execute(sql, params![channel, lane.code(), at.as_millis()]).map(drop)
        })
    }

    async fn forget_sends(&mut self, channel: &str, lane: Lane, until: Time) -> Result<()> {
        let sql = "DELETE FROM send_log WHERE channel = ?1 AND lane = ?2 AND at <= ?3";
        self.execute(sql, params![channel, lane.code(), until.as_millis()]).map(drop)
    }

    async fn lock_quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        self.quota(channel).await
    }

    async fn save_quota(&mut self, channel: &str, quota: &Quota) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO quota (channel, most, used, reserved, checked_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Quota { limit, used, reserved, checked_at } = quota;
        self.execute(sql, params![channel, limit, used, reserved, checked_at.as_millis()]).map(drop)
    }
}
