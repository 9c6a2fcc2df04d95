use super::tx::{Params, PgTx, int};
use crate::{
    Hold, HoldId, Lane, Time,
    pace::Bucket,
    store::{Lanes, Quota, Reads as _, Result, read},
};

impl Lanes for PgTx<'_> {
    async fn bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        // Two claims must not both find no bucket.
        let new = Bucket::new(self.now().await?);
        let make = "INSERT INTO hikyaku_bucket (channel, lane, tokens, at, slow, slowed_at, strikes) VALUES ($1, $2, $4, $3, 1, $3, 0) \
            ON CONFLICT DO NOTHING";
        let sql = format!(
            "SELECT {} FROM hikyaku_bucket WHERE channel = $1 AND lane = $2 FOR UPDATE",
            read::BUCKET
        );
        let lane = lane.code();
        let mut found = self.row(&sql, &[&channel, &lane], read::bucket).await?;
        if found.is_none() {
            let now = new.at.as_millis();
            self.execute(make, &[&channel, &lane, &now, &new.tokens]).await?;
            found = self.row(&sql, &[&channel, &lane], read::bucket).await?;
        }
        Ok(found.map(|(_, _, bucket)| bucket))
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
