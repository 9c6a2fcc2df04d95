use std::{collections::BTreeSet, time::Duration};

use hikyaku_model::limits::Rate;

use crate::{
    Beyond, Budget, Hold, Lane, Limits, OutcomePlace, State, Time, WaitingFor,
    pace::{self, Bucket, HoldReason},
    store::step::{LanesNow, Snapshot},
};

/// A worker that has something to do looks at its lane more often than this.
const JUST_NOW: Duration = Duration::from_secs(2);

/// An overview of a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Overview {
    /// The time on the store's clock.
    pub now: Time,
    /// The number of deliveries in each state that has any.
    pub deliveries: Vec<(State, u64)>,
    /// The lanes that were used or have deliveries.
    pub lanes: Vec<LaneOverview>,
    /// The monthly quotas of the channels for which LINE was asked.
    pub quotas: Vec<QuotaOverview>,
    /// The holds placed by operators.
    pub holds: Vec<Hold>,
    /// The budgets of fairness keys.
    pub budgets: Vec<Budget>,
    /// The positions of the readers of outcomes.
    pub outcome_cursors: Vec<OutcomePlace>,
}

impl Overview {
    /// Returns the number of deliveries in a state.
    pub fn count(&self, state: State) -> u64 {
        self.deliveries.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count)
    }
}

/// An overview of a lane.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LaneOverview {
    /// The channel of the lane.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// Its rate limit, according to this process's last worker of the channel; LINE's limit if there was none. `None`
    /// for no limit.
    pub limit: Option<Rate>,
    /// The steady rate in requests per second now; `None` without a limit.
    pub per_second: Option<f64>,
    /// The share of its rate that remains after LINE reported an exceeded rate limit: 0 to 1.
    pub speed: f64,
    /// The number of its deliveries that are due and not in flight, including those of paused campaigns.
    pub waiting: u64,
    /// The reason why they wait, if they do: why the lane is blocked, or its rate limit. The lack of a worker with its
    /// channel is not among the reasons: the store does not know the workers.
    pub waiting_for: Option<WaitingFor>,
    /// The time until which they wait, as far as it is known.
    pub until: Option<Time>,
    /// The reason and the end of a hold caused by LINE's responses, if there is one.
    pub hold: Option<(HoldReason, Time)>,
    /// The due time of the first of its waiting deliveries.
    pub next_due: Option<Time>,
}

/// An overview of a channel's monthly quota.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QuotaOverview {
    /// The channel.
    pub channel: String,
    /// The quota in messages; `None` without a limit.
    pub limit: Option<u64>,
    /// The number of messages used, as far as it is known, including those in flight.
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
            let limit = limits(&channel).of(&channel, lane);
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
