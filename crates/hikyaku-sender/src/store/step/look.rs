use std::collections::BTreeSet;

use super::{budget::now_of_all, hold::standing, outcome_cursor::places};
use crate::{
    Attempt, Budget, Hold, Lane, State, Time,
    filter::Filter,
    outcome::{Outcome, OutcomePlace},
    pace::Bucket,
    store::{CampaignRow, Found, LaneDue, Move, Quota, ReadStep, Reads, Result, Stored},
};

/// No row that falls due later is enough.
const EARLIEST: Time = Time::from_millis(i64::MIN);

/// Deliveries that fit a filter.
#[derive(Debug)]
pub(crate) struct List(pub(crate) Filter);

impl ReadStep for List {
    type Out = Found;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Found> {
        if self.0.fits_nothing() {
            return Ok(Found::all(Vec::new()));
        }
        tx.list(&self.0).await
    }
}

/// One delivery.
#[derive(Debug)]
pub(crate) struct Show(pub(crate) i64);

impl ReadStep for Show {
    type Out = Option<Stored>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.show(self.0).await
    }
}

/// One delivery, and the requests that were made for it.
#[derive(Debug)]
pub(crate) struct Story(pub(crate) i64);

impl ReadStep for Story {
    type Out = Option<(Stored, Vec<Attempt>)>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let Some(stored) = tx.show(self.0).await? else { return Ok(None) };
        let first = stored.row.delivery.first_attempt.as_deref().and_then(Attempt::from_kept);
        let others = tx.attempts(self.0, self.0).await?;
        let attempts = first.into_iter().chain(others.into_iter().map(|(_, it)| it)).collect();
        Ok(Some((stored, attempts)))
    }
}

/// Outcomes after one of them.
#[derive(Debug)]
pub(crate) struct Outcomes {
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

impl ReadStep for Outcomes {
    type Out = Vec<Outcome>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.outcomes(self.after, self.limit).await
    }
}

/// The delivery that an idempotency key stands for.
#[derive(Debug)]
pub(crate) struct Find {
    pub(crate) channel: String,
    pub(crate) key: String,
}

impl ReadStep for Find {
    type Out = Option<Stored>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        match tx.by_key(&self.channel, &self.key).await? {
            Some((row, _)) => tx.show(row.id).await,
            None => Ok(None),
        }
    }
}

/// Where the store was moved.
#[derive(Debug)]
pub(crate) struct GetMove;

impl ReadStep for GetMove {
    type Out = Option<Move>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.moved().await
    }
}

/// One campaign.
#[derive(Debug)]
pub(crate) struct GetCampaign(pub(crate) i64);

impl ReadStep for GetCampaign {
    type Out = Option<CampaignRow>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.campaign(self.0).await
    }
}

/// The newest campaigns.
#[derive(Debug)]
pub(crate) struct ListCampaigns(pub(crate) u32);

impl ReadStep for ListCampaigns {
    type Out = Vec<CampaignRow>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.campaigns(self.0).await
    }
}

/// The whole store at a glance.
#[derive(Debug)]
pub(crate) struct GetOverview {
    /// The channels whose months are looked at besides those that have work or were used.
    pub(crate) channels: Vec<String>,
}

/// What a glance shows.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) states: Vec<(State, u64)>,
    pub(crate) due: Vec<LaneDue>,
    /// How many are due in each lane.
    pub(crate) waiting: Vec<(String, Lane, u64)>,
    pub(crate) lanes: LanesNow,
    /// How far the readers of outcomes are.
    pub(crate) places: Vec<OutcomePlace>,
}

/// How the lanes stand.
#[derive(Debug)]
pub(crate) struct LanesNow {
    pub(crate) now: Time,
    pub(crate) buckets: Vec<(String, Lane, Bucket)>,
    pub(crate) quotas: Vec<(String, Quota)>,
    pub(crate) holds: Vec<Hold>,
    /// What fairness keys may still send.
    pub(crate) budgets: Vec<Budget>,
}

impl ReadStep for GetOverview {
    type Out = Snapshot;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Snapshot> {
        let (now, states, buckets) = (tx.now().await?, tx.tally().await?, tx.buckets().await?);
        let working = tx.channels().await?;
        let used = buckets.iter().map(|(channel, ..)| channel);
        let channels = self.channels.iter().chain(&working).chain(used);
        let channels: BTreeSet<String> = channels.cloned().collect();
        let channels = Vec::from_iter(channels);
        let stopped = tx.stopped().await?;
        let due = tx.due(&channels, &stopped, EARLIEST).await?;
        let waiting = tx.due_counts(now).await?;
        let lanes = lanes_now(tx, now, buckets, channels).await?;
        let places = places(tx).await?;
        Ok(Snapshot { states, due, waiting, lanes, places })
    }
}

/// How the lanes of these channels stand.
#[derive(Debug)]
pub(crate) struct LookAtLanes(pub(crate) Vec<String>);

impl ReadStep for LookAtLanes {
    type Out = LanesNow;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<LanesNow> {
        let (now, buckets) = (tx.now().await?, tx.buckets().await?);
        lanes_now(tx, now, buckets, self.0.clone()).await
    }
}

async fn lanes_now<T: Reads>(
    tx: &mut T,
    now: Time,
    buckets: Vec<(String, Lane, Bucket)>,
    channels: Vec<String>,
) -> Result<LanesNow> {
    let mut quotas = Vec::new();
    for channel in channels {
        if let Some(quota) = tx.quota(&channel).await? {
            quotas.push((channel, quota));
        }
    }
    let budgets = if tx.has_budgets().await? { now_of_all(tx, now).await? } else { Vec::new() };
    Ok(LanesNow { now, buckets, quotas, holds: standing(tx, now).await?, budgets })
}

/// Lanes with due deliveries of channels other than these, and the store's time.
#[derive(Debug)]
pub(crate) struct DueElsewhere(pub(crate) Vec<String>);

impl ReadStep for DueElsewhere {
    type Out = (Time, Vec<LaneDue>);

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let now = tx.now().await?;
        let mut channels = tx.channels().await?;
        channels.retain(|channel| !self.0.contains(channel));
        let stopped = tx.stopped().await?;
        let mut due = tx.due(&channels, &stopped, EARLIEST).await?;
        due.retain(|lane| lane.due <= now);
        Ok((now, due))
    }
}

/// How one lane stands.
#[derive(Debug)]
pub(crate) struct LookAtLane {
    pub(crate) channel: String,
    pub(crate) lane: Lane,
    /// For whom: also what holds this fairness key.
    pub(crate) fairness_key: String,
}

impl ReadStep for LookAtLane {
    type Out = (Time, Option<Bucket>, Option<Quota>, Option<Hold>);

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let bucket = tx
            .buckets()
            .await?
            .into_iter()
            .find(|(channel, lane, _)| *channel == self.channel && *lane == self.lane);
        let quota = tx.quota(&self.channel).await?;
        let now = tx.now().await?;
        let holds = standing(tx, now).await?;
        let key = Some(self.fairness_key.as_str());
        let hold = Hold::longest(&holds, &self.channel, self.lane, key).cloned();
        Ok((now, bucket.map(|(_, _, bucket)| bucket), quota, hold))
    }
}
