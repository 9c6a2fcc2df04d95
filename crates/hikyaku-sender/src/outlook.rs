use std::collections::BTreeMap;

use crate::{
    Lane, State, Time,
    pace::HoldReason,
    store::{LaneDue, step::Snapshot},
};

/// A store at a glance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Overview {
    /// The time on the store's clock.
    pub now: Time,
    /// How many deliveries are in each state that has any.
    pub deliveries: Vec<(State, u64)>,
    /// The lanes that were used or have work.
    pub lanes: Vec<LaneOverview>,
    /// The months of the channels that LINE was asked about.
    pub quotas: Vec<QuotaOverview>,
}

impl Overview {
    /// How many deliveries are in this state.
    pub fn count(&self, state: State) -> u64 {
        self.deliveries.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count)
    }
}

/// A lane at a glance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LaneOverview {
    /// Whose lane it is.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// The share of its rate that is left after LINE said that it was too fast: 0 to 1.
    pub speed: f64,
    /// Why it stands still and until when, if it does.
    pub hold: Option<(HoldReason, Time)>,
    /// When the first of its waiting deliveries falls due, or fell due.
    pub next_due: Option<Time>,
}

/// A channel's month at a glance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QuotaOverview {
    /// Whose month it is.
    pub channel: String,
    /// How many messages it has; `None` without a limit.
    pub limit: Option<u64>,
    /// How many are gone, as far as is known, and on their way.
    pub used: u64,
}

impl From<Snapshot> for Overview {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { now, states, buckets, due, quotas } = snapshot;
        let mut lanes = BTreeMap::new();
        for (channel, lane, bucket) in buckets {
            let hold = bucket.held(now).map(|(until, reason)| (reason, until));
            let name = channel.clone();
            let of = LaneOverview { channel, lane, speed: bucket.slow, hold, next_due: None };
            lanes.insert((name, lane), of);
        }
        for LaneDue { channel, lane, due, .. } in due {
            let name = channel.clone();
            let unused = LaneOverview { channel, lane, speed: 1.0, hold: None, next_due: None };
            lanes.entry((name, lane)).or_insert(unused).next_due = Some(due);
        }
        let number = |count: i64| u64::try_from(count).unwrap_or(0);
        let quotas = quotas.into_iter().map(|(channel, quota)| QuotaOverview {
            channel,
            limit: quota.limit.map(number),
            used: number(quota.used + quota.reserved),
        });
        Self {
            now,
            deliveries: states,
            lanes: lanes.into_values().collect(),
            quotas: quotas.collect(),
        }
    }
}
