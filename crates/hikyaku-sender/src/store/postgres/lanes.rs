use super::tx::{Params, PgTx, int};
use crate::{
    Budget, Hold, HoldId, Lane, Time,
    pace::Bucket,
    store::{Lanes, Quota, Reads as _, Result, read, row::whole},
};

/// A transaction that changes budgets holds it until the commit.
const BUDGET_LOCK: i64 = 0x4849_4b5c;

impl Lanes for PgTx<'_> {
    async fn bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_bucket WHERE channel = $1 AND lane = $2 FOR UPDATE",
            read::BUCKET
        );
        let code = lane.code();
        let mut found = self.row(&sql, &[&channel, &code], read::bucket).await?;
        if found.is_none() {
            self.make_bucket(channel, lane).await?;
            found = self.row(&sql, &[&channel, &code], read::bucket).await?;
        }
        Ok(found.map(|(_, _, bucket)| bucket))
    }

    async fn free_bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_bucket WHERE channel = $1 AND lane = $2 FOR UPDATE SKIP LOCKED",
            read::BUCKET
        );
        match self.row(&sql, &[&channel, &lane.code()], read::bucket).await? {
            Some((_, _, bucket)) => Ok(Some(bucket)),
            None => self.make_bucket(channel, lane).await,
        }
    }

    async fn save_bucket(&mut self, channel: &str, lane: Lane, bucket: &Bucket) -> Result<()> {
        let sql = "INSERT INTO hikyaku_bucket (channel, lane, tokens, at, slow, slowed_at, strikes, hold_until, hold_reason, \
            served_high, served_normal, served_low) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
            ON CONFLICT (channel, lane) DO UPDATE SET tokens = $3, at = $4, slow = $5, slowed_at = $6, strikes = $7, hold_until = $8, \
            hold_reason = $9, served_high = $10, served_normal = $11, served_low = $12";
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
                &bucket.served.high,
                &bucket.served.normal,
                &bucket.served.low,
            ],
        )
        .await
        .map(drop)
    }

    async fn insert_hold(&mut self, hold: &Hold) -> Result<HoldId> {
        let sql = "INSERT INTO hikyaku_hold (channel, lane, fairness_key, reason, who, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7) \
            RETURNING id";
        let Hold { channel, lane, fairness_key, reason, who, at, until, .. } = hold;
        let (lane, until) = (lane.map(Lane::code), until.map(Time::as_millis));
        let params: Params<'_> =
            &[channel, &lane, fairness_key, reason, who, &at.as_millis(), &until];
        read::known(self.row(sql, params, |it| it.number()).await?).map(HoldId)
    }

    async fn remove_hold(&mut self, id: HoldId) -> Result<bool> {
        let sql = "DELETE FROM hikyaku_hold WHERE id = $1";
        Ok(self.execute(sql, &[&id.0]).await? > 0)
    }

    async fn lock_budgets(&mut self, keys: &[String]) -> Result<Vec<Budget>> {
        let sql = "SELECT 1::bigint FROM hikyaku_budget WHERE fairness_key = ANY($1) LIMIT 1";
        if self.row(sql, &[&keys], |it| it.number::<i64>()).await?.is_none() {
            return Ok(Vec::new());
        }
        // A claim finds the keys of its lanes one lane after the other, and no two must wait for each other.
        self.execute("SELECT pg_advisory_xact_lock($1)", &[&BUDGET_LOCK]).await?;
        let sql = format!(
            "SELECT {} FROM hikyaku_budget WHERE fairness_key = ANY($1) ORDER BY fairness_key FOR UPDATE",
            read::BUDGET
        );
        self.rows(&sql, &[&keys], read::budget).await
    }

    async fn save_budget(&mut self, budget: &Budget) -> Result<()> {
        let sql = format!(
            "INSERT INTO hikyaku_budget ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (fairness_key) DO UPDATE \
             SET most = $2, per = $3, beyond = $4, used = $5, since = $6, until = $7, used_up = $8",
            read::BUDGET
        );
        let Budget { fairness_key, limit, per, beyond, used, since, until, used_up } = budget;
        let params: Params<'_> = &[
            fairness_key,
            &whole(*limit),
            &per.code(),
            &beyond.code(),
            &whole(*used),
            &since.as_millis(),
            &until.as_millis(),
            &i16::from(*used_up),
        ];
        self.execute(&sql, params).await.map(drop)
    }

    async fn remove_budget(&mut self, key: &str) -> Result<()> {
        let sql = "DELETE FROM hikyaku_budget WHERE fairness_key = $1";
        self.execute(sql, &[&key]).await.map(drop)
    }

    async fn note_budgets(&mut self, any: bool) -> Result<()> {
        self.execute("UPDATE hikyaku_meta SET budgets = $1", &[&any]).await.map(drop)
    }

    async fn log_sends(&mut self, channel: &str, lane: Lane, at: &[Time]) -> Result<()> {
        let at: Vec<i64> = at.iter().map(|at| at.as_millis()).collect();
        let sql =
            "INSERT INTO hikyaku_send_log (channel, lane, at) SELECT $1, $2, unnest($3::bigint[])";
        self.execute(sql, &[&channel, &lane.code(), &at]).await.map(drop)
    }

    async fn forget_sends(&mut self, channel: &str, lane: Lane, until: Time) -> Result<()> {
        let sql = "DELETE FROM hikyaku_send_log WHERE channel = $1 AND lane = $2 AND at <= $3";
        self.execute(sql, &[&channel, &lane.code(), &until.as_millis()]).await.map(drop)
    }

    async fn lock_quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        let sql =
            format!("SELECT {} FROM hikyaku_quota WHERE channel = $1 FOR UPDATE", read::QUOTA);
        self.row(&sql, &[&channel], read::quota).await
    }

    async fn save_quota(&mut self, channel: &str, quota: &Quota) -> Result<()> {
        let sql = "INSERT INTO hikyaku_quota (channel, most, used, reserved, checked_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (channel) DO UPDATE SET most = $2, used = $3, reserved = $4, checked_at = $5";
        let checked_at = quota.checked_at.as_millis();
        let params: Params<'_> =
            &[&channel, &quota.limit, &quota.used, &quota.reserved, &checked_at];
        self.execute(sql, params).await.map(drop)
    }
}

impl PgTx<'_> {
    /// A new bucket, unless the lane has one: two claims must not both find none.
    async fn make_bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let new = Bucket::new(self.now().await?);
        let sql = "INSERT INTO hikyaku_bucket (channel, lane, tokens, at, slow, slowed_at, strikes) VALUES ($1, $2, $4, $3, 1, $3, 0) \
            ON CONFLICT DO NOTHING";
        let now = new.at.as_millis();
        let made = self.execute(sql, &[&channel, &lane.code(), &now, &new.tokens]).await?;
        Ok((made > 0).then_some(new))
    }
}
