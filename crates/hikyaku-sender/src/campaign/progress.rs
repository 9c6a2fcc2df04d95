use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::{Campaign, CampaignPhase};
use crate::{
    Error, Lane, Waiting, WaitingFor, fairness,
    store::{CampaignRow, step::LookAtLane},
};

/// The progress of a campaign. All counts are of recipients, except that of bad lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// The phase.
    pub state: CampaignPhase,
    /// Recipients read so far, without duplicates and bad lines.
    pub total: u64,
    /// Recipients whose messages LINE accepted.
    pub accepted: u64,
    /// Recipients whose messages LINE refused.
    pub rejected: u64,
    /// Recipients who perhaps received the messages.
    pub unknown: u64,
    /// Recipients whose deliveries were withdrawn or expired before they were sent.
    pub cancelled: u64,
    /// Recipients dropped because they had occurred in the list before.
    pub repeated: u64,
    /// Lines without a usable recipient.
    pub bad_lines: u64,
}

impl Progress {
    /// Returns the number of recipients for whom nothing more will happen unless an operator acts.
    pub fn finished(&self) -> u64 {
        self.accepted + self.rejected + self.unknown + self.cancelled
    }

    /// Returns the number of recipients who are still to be served.
    pub fn open(&self) -> u64 {
        self.total.saturating_sub(self.finished())
    }
}

impl From<&CampaignRow> for Progress {
    fn from(stored: &CampaignRow) -> Self {
        let (state, counts) = (stored.phase(), &stored.counts);
        let number = |count: i64| u64::try_from(count).unwrap_or(0);
        Self {
            state,
            total: number(counts.total),
            accepted: number(counts.accepted),
            rejected: number(counts.rejected),
            unknown: number(counts.unknown),
            cancelled: number(counts.cancelled),
            repeated: number(counts.repeated),
            bad_lines: number(counts.bad_lines),
        }
    }
}

/// The state of a campaign at one poll of a [`Watch`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Watched {
    /// The progress.
    pub progress: Progress,
    /// Recipients finished per second, over the last polls.
    pub per_second: f64,
    /// The remaining time at this rate; `None` while nothing moves or the list is still being read.
    pub remaining: Option<Duration>,
    /// The reason why its lane waits: why it is blocked, or its rate limit if it runs at full speed.
    pub waiting: Option<Waiting>,
}

/// Polls a campaign repeatedly. Made by [`Campaign::watch`].
#[derive(Debug)]
pub struct Watch {
    campaign: Campaign,
    pause: Duration,
    before: Option<(Instant, u64)>,
    per_second: f64,
}

impl Campaign {
    /// Starts to poll the campaign at this interval; the first poll is immediate.
    pub fn watch(&self, pause: Duration) -> Watch {
        Watch { campaign: self.clone(), pause, before: None, per_second: 0.0 }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn estimate(count: u64) -> f64 {
    count as f64
}

/// A worker that has something to do looks at its lane more often than this.
const JUST_NOW: Duration = Duration::from_secs(2);

/// How much the newest look counts in the rate.
const NEWEST: f64 = 0.3;

impl Watch {
    /// Waits for the next poll. Stop after one that says [`CampaignPhase::Done`] or [`CampaignPhase::Cancelled`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn next(&mut self) -> Result<Watched, Error> {
        if self.before.is_some() {
            tokio::time::sleep(self.pause).await;
        }
        let stored = self.campaign.stored().await?;
        let progress = Progress::from(&stored);
        let now = Instant::now();
        if let Some((then, finished)) = self.before {
            let seconds = now.duration_since(then).as_secs_f64().max(0.001);
            let newest = estimate(progress.finished().saturating_sub(finished)) / seconds;
            self.per_second +=
                (newest - self.per_second) * if self.per_second == 0.0 { 1.0 } else { NEWEST };
        }
        self.before = Some((now, progress.finished()));
        let moving = progress.state == CampaignPhase::Running && self.per_second > 0.01;
        let remaining = moving.then(|| {
            Duration::from_secs_f64((estimate(progress.open()) / self.per_second).min(1e9))
        });
        let lane = if stored.spec.personal { Lane::Push } else { Lane::Multicast };
        let channel = stored.spec.channel.clone();
        let look = LookAtLane { channel, lane, fairness_key: fairness::of_campaign(stored.id) };
        let (at, bucket, quota, by_person) = self.campaign.inner.store.read(look).await?;
        let waiting = |reason, until: Option<_>| Waiting {
            channel: stored.spec.channel.clone(),
            lane,
            reason,
            until,
        };
        // A lane that has spent its permits and is looked at all the time goes as fast as it may.
        let paced = bucket
            .as_ref()
            .is_some_and(|bucket| bucket.tokens < 1.0 && at.since(bucket.at) < JUST_NOW);
        let held = bucket.and_then(|bucket| bucket.held(at));
        let held = held.map(|(until, reason)| waiting(WaitingFor::Hold(reason), Some(until)));
        // What is in flight has its share already, and is no wait.
        let used_up = quota.is_some_and(|quota| quota.room() == Some(0) && quota.reserved == 0);
        let waiting = by_person
            .map(|hold| waiting(WaitingFor::Release, hold.until))
            .or(held)
            .or_else(|| used_up.then(|| waiting(WaitingFor::Quota, Some(at))))
            .or_else(|| paced.then(|| waiting(WaitingFor::Rate, Some(at))));
        let waiting = waiting.filter(|_| progress.open() > 0);
        Ok(Watched { progress, per_second: self.per_second, remaining, waiting })
    }
}
