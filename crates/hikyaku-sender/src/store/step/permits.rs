use std::{result, time::Duration};

use hikyaku_model::limits::Rate;

use crate::{
    Priority, Time,
    fairness::Served,
    pace::{self, Bucket, HoldReason},
    store::{LaneDue, Result, Tx},
    waiting::{Waiting, WaitingFor},
};

/// How long sends that are counted one by one are remembered at least: a clock that was ahead for some hours must not
/// make them forgotten.
const SENDS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How many requests of a lane its rate limit lets go now.
pub(super) struct Permits {
    count: u32,
    rate: Option<Rate>,
    bucket: Bucket,
    /// Whether another fairness key was served last than before.
    turned: bool,
    now: Time,
}

impl Permits {
    /// Takes up to `want` and at least one, or tells what the lane waits for.
    pub(super) async fn take<T: Tx>(
        tx: &mut T,
        lane: &LaneDue,
        mut bucket: Bucket,
        rate: Option<Rate>,
        want: u32,
        now: Time,
    ) -> Result<result::Result<Self, Waiting>> {
        if let Some((until, reason)) = bucket.held(now) {
            return Ok(Err(lane.waits_for(WaitingFor::Hold(reason), until)));
        }
        let count = match rate {
            None => want,
            Some(rate) if pace::is_exact(rate) => {
                if let Some(until) = used_up_until(tx, lane, rate, now).await? {
                    return Ok(Err(lane.waits_for(WaitingFor::Rate, until)));
                }
                // One at a time: they are few, and each may be to everybody.
                1
            }
            Some(rate) => match bucket.take(rate, want, now) {
                Ok(count) => count,
                Err(until) => {
                    tx.save_bucket(&lane.channel, lane.lane, &bucket).await?;
                    return Ok(Err(lane.waits_for(WaitingFor::Rate, until)));
                }
            },
        };
        Ok(Ok(Self { count, rate, bucket, turned: false, now }))
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Whose turn it was.
    pub(super) fn served(&self) -> &Served {
        &self.bucket.served
    }

    /// This key had its turn.
    pub(super) fn serve(&mut self, priority: Priority, key: &str) {
        if self.bucket.served.by(priority) != key {
            self.bucket.served.set(priority, key);
            self.turned = true;
        }
    }

    /// Until when the lane stood still last because nothing could be sent at all.
    pub(super) fn stood_still_until(&self) -> Option<Time> {
        self.bucket.hold_until.filter(|_| self.bucket.hold_reason != Some(HoldReason::Rate))
    }

    /// Lets all workers wait with this lane. Whether no lane of its channel did so before for the same reason.
    pub(super) async fn park<T: Tx>(
        &mut self,
        tx: &mut T,
        lane: &LaneDue,
        reason: HoldReason,
        until: Time,
    ) -> Result<bool> {
        let mut is_news = self.bucket.is_news(reason, self.now);
        for (channel, _, bucket) in tx.buckets().await? {
            is_news &= channel != lane.channel || bucket.is_news(reason, self.now);
        }
        self.bucket.park(reason, until);
        tx.save_bucket(&lane.channel, lane.lane, &self.bucket).await?;
        Ok(is_news)
    }

    /// Writes down how many were used and by whom, and gives the others back.
    pub(super) async fn settle<T: Tx>(
        mut self,
        tx: &mut T,
        lane: &LaneDue,
        used: u32,
    ) -> Result<()> {
        let LaneDue { channel, lane, .. } = lane;
        match self.rate {
            None => {}
            Some(rate) if pace::is_exact(rate) => {
                let kept = pace::window(rate).max(SENDS_KEPT);
                tx.forget_sends(channel, *lane, self.now - kept).await?;
                tx.log_sends(channel, *lane, &vec![self.now; used as usize]).await?;
            }
            Some(rate) => {
                self.bucket.give_back(rate, self.count.saturating_sub(used));
                return tx.save_bucket(channel, *lane, &self.bucket).await;
            }
        }
        if self.turned {
            tx.save_bucket(channel, *lane, &self.bucket).await?;
        }
        Ok(())
    }
}

/// Until when a limit that is counted send by send has no more; nothing, where it has.
async fn used_up_until<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    rate: Rate,
    now: Time,
) -> Result<Option<Time>> {
    let sends = tx.sends_since(&lane.channel, lane.lane, now - pace::window(rate)).await?;
    if u32::try_from(sends.len()).is_ok_and(|sends| sends < rate.requests) {
        return Ok(None);
    }
    let oldest = sends.first().copied().unwrap_or(now);
    Ok(Some(oldest + pace::window(rate) + Duration::from_millis(1)))
}
