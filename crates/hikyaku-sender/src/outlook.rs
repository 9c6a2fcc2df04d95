use std::{collections::BTreeSet, time::Duration};

use hikyaku_model::limits::Rate;

use crate::{
    Beyond, Budget, Hold, Lane, Limits, OutcomePlace, State, Time, WaitingFor,
    pace::{self, Bucket, HoldReason},
    store::step::{LanesNow, Snapshot},
};

/// A worker that has something to do looks at its lane more often than this.
const JUST_NOW: Duration = Duration::from_secs(2);

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
    /// What people have stopped.
    pub holds: Vec<Hold>,
    /// What fairness keys may still send, of those that have a budget.
    pub budgets: Vec<Budget>,
    /// How far the readers of outcomes are.
    pub outcome_cursors: Vec<OutcomePlace>,
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
    /// Its limit, as this program's last worker of the channel has or had it; LINE's, if there was none. `None` for no
    /// limit.
    pub limit: Option<Rate>,
    /// How many requests a second it may send steadily now; `None` without a limit.
    pub per_second: Option<f64>,
    /// The share of its rate that is left after LINE said that it was too fast: 0 to 1.
    pub speed: f64,
    /// How many of its deliveries are due and not on their way, those of paused campaigns among them.
    pub waiting: u64,
    /// What they wait for, if they do: what makes the lane stand still, or its rate limit. What waits for a worker that has its
    /// channel is not among that: the store does not know the workers.
    pub waiting_for: Option<WaitingFor>,
    /// Until when they wait for that, as far as is known.
    pub until: Option<Time>,
    /// Why LINE's answers let it stand still and until when, if they do.
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

impl Overview {
    /// `limits` gives a channel's limits.
    pub(crate) fn new(snapshot: Snapshot, limits: impl Fn(&str) -> Limits) -> Self {
        let Snapshot { states, due, waiting, lanes: now, places } = snapshot;
        let used = now.buckets.iter().map(|(channel, lane, _)| (channel.clone(), *lane));
        let working = due.iter().map(|it| (it.channel.clone(), it.lane));
        let all = waiting.iter().map(|(channel, lane, _)| (channel.clone(), *lane));
        let all: BTreeSet<(String, Lane)> = all.chain(used).chain(working).collect();
        let lanes = all.into_iter().map(|(channel, lane)| {
            let bucket = now.bucket(&channel, lane);
            let count = waiting.iter().find(|(of, kind, _)| *of == channel && *kind == lane);
            let waiting = count.map_or(0, |(.., count)| *count);
            let next = due.iter().find(|it| it.channel == channel && it.lane == lane);
            let wait = now.waiting_for(&channel, lane, None).filter(|_| waiting > 0);
            let limit = limits(&channel).get(lane);
            LaneOverview {
                limit,
                per_second: limit.map(|rate| pace::steadily(rate, bucket)),
                speed: bucket.map_or(1.0, |bucket| bucket.slow),
                waiting,
                waiting_for: wait.map(|(reason, _)| reason),
                until: wait.and_then(|(_, until)| until),
                hold: bucket.and_then(|it| it.held(now.now)).map(|(until, reason)| (reason, until)),
                next_due: next.map(|it| it.due),
                channel,
                lane,
            }
        });
        let lanes = lanes.collect();
        let number = |count: i64| u64::try_from(count).unwrap_or(0);
        let quotas = now.quotas.into_iter().map(|(channel, quota)| QuotaOverview {
            channel,
            limit: quota.limit.map(number),
            used: number(quota.used + quota.reserved),
        });
        Self {
            now: now.now,
            deliveries: states,
            lanes,
            quotas: quotas.collect(),
            holds: now.holds,
            budgets: now.budgets,
            outcome_cursors: places,
        }
    }
}

impl LanesNow {
    fn bucket(&self, channel: &str, lane: Lane) -> Option<&Bucket> {
        let found = self.buckets.iter().find(|(of, kind, _)| of == channel && *kind == lane);
        found.map(|(.., bucket)| bucket)
    }

    /// What the due deliveries of a lane, or of this fairness key in it, wait for, and until when; nothing where they may be
    /// claimed.
    pub(crate) fn waiting_for(
        &self,
        channel: &str,
        lane: Lane,
        fairness_key: Option<&str>,
    ) -> Option<(WaitingFor, Option<Time>)> {
        if let Some(hold) = Hold::longest(&self.holds, channel, lane, fairness_key) {
            return Some((WaitingFor::Release, hold.until));
        }
        let budget = self.budgets.iter().find(|it| Some(it.fairness_key.as_str()) == fairness_key);
        let used_up = budget.filter(|it| it.used_up && it.beyond == Beyond::Wait);
        if let Some(budget) = used_up.filter(|_| lane.counts_recipients()) {
            return Some((WaitingFor::Budget, Some(budget.until)));
        }
        let bucket = self.bucket(channel, lane);
        if let Some((until, reason)) = bucket.and_then(|bucket| bucket.held(self.now)) {
            return Some((WaitingFor::Hold(reason), Some(until)));
        }
        let quota = self.quotas.iter().find(|(of, _)| of == channel).map(|(_, quota)| quota);
        // What is in flight has its share already, and may come back.
        if lane.uses_quota() && quota.is_some_and(|it| it.room() == Some(0) && it.reserved == 0) {
            return Some((WaitingFor::Quota, None));
        }
        let paced = bucket.is_some_and(|it| it.tokens < 1.0 && self.now.since(it.at) < JUST_NOW);
        paced.then_some((WaitingFor::Rate, None))
    }
}
