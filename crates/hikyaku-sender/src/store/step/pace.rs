use std::time::Duration;

use crate::{
    Lane,
    outcome::{NewOutcome, OutcomeKind},
    pace::{Bucket, HoldReason},
    store::{Quota, Result, Tx, WriteStep},
};

/// Stops lanes of a channel for all workers. Whether one of them was not stopped before.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(crate) channel: String,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) reason: HoldReason,
    pub(crate) at_least: Duration,
    /// From 0 to 1, to keep workers from coming back all at once.
    pub(crate) chance: f64,
}

impl WriteStep for Hold {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let (mut new, mut news) = (false, true);
        for lane in &self.lanes {
            let bucket = tx.bucket(&self.channel, *lane).await?;
            // Not the time before it waited for the lock.
            let now = tx.now().await?;
            let mut bucket = bucket.unwrap_or_else(|| Bucket::new(now));
            new |= bucket.held(now).is_none();
            news &= bucket.is_news(self.reason, now);
            bucket.hold(self.reason, self.at_least, self.chance, now);
            tx.save_bucket(&self.channel, *lane, &bucket).await?;
        }
        if news && let Some(kind) = told_of(self.reason) {
            let data = NewOutcome::of_channel(&self.channel);
            super::tell(tx, vec![(kind, None, data)]).await?;
        }
        Ok(new)
    }
}

/// What a hold of LINE's own making is to programs. Rates and outages come and go by themselves; metrics show them.
pub(super) fn told_of(reason: HoldReason) -> Option<OutcomeKind> {
    match reason {
        HoldReason::Unauthorized => Some(OutcomeKind::Unauthorized),
        HoldReason::Quota => Some(OutcomeKind::QuotaUsedUp),
        _ => None,
    }
}

/// Ends the holds of a channel that stand for this reason.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) channel: String,
    pub(crate) reason: HoldReason,
}

impl WriteStep for Release {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        // Looked at before it is locked: nearly always there is none.
        for (channel, lane, bucket) in tx.buckets().await? {
            if channel == self.channel
                && bucket.hold_reason == Some(self.reason)
                && let Some(mut bucket) = tx.bucket(&channel, lane).await?
            {
                bucket.release(self.reason);
                tx.save_bucket(&channel, lane, &bucket).await?;
            }
        }
        Ok(())
    }
}

/// Writes down what LINE says of a channel's month.
#[derive(Debug)]
pub(crate) struct SetQuota {
    pub(crate) channel: String,
    pub(crate) limit: Option<i64>,
    pub(crate) used: i64,
}

impl WriteStep for SetQuota {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let now = tx.now().await?;
        let reserved = tx.lock_quota(&self.channel).await?.map_or(0, |quota| quota.reserved);
        let quota = Quota { limit: self.limit, used: self.used, reserved, checked_at: now };
        tx.save_quota(&self.channel, &quota).await
    }
}
