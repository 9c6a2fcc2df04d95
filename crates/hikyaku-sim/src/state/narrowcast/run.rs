use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Narrowcasts, Phase, Plan, Sending, Sources, reserve::reserve, target};
use crate::{
    clock::later,
    random::Random,
    settings::NarrowcastSettings,
    state::{
        audience::Audiences,
        counts::{Counted, Counts},
        friendship::Friends,
        insight::Reactions,
        outbox::Outbox,
        person::{People, UserKey},
        quota::{Quota, day},
    },
};

/// The fewest who may match a narrowcast by attributes or audiences, and the fewest in each of several audiences.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
const FEWEST: usize = 50;

/// How finely the progress of sending is told.
const STEPS: i32 = 20;

/// What a running narrowcast needs of its channel and of the world.
#[derive(Debug)]
pub(crate) struct Runner<'a> {
    pub(crate) friends: &'a Friends,
    pub(crate) audiences: &'a Audiences,
    pub(crate) quota: &'a mut Quota,
    pub(crate) counts: &'a mut Counts,
    pub(crate) reactions: &'a mut Reactions,
    pub(crate) loading: &'a mut HashMap<UserKey, Timestamp>,
    pub(crate) people: &'a People,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) random: &'a mut Random,
    pub(crate) settings: NarrowcastSettings,
}

impl Narrowcasts {
    /// When a running narrowcast has something to do next.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let running = self.running.iter();
        running
            .filter_map(|narrowcast| match &narrowcast.phase {
                Phase::Sending(sending) => {
                    let step = sending.until.duration_since(sending.from) / STEPS;
                    let next = step.is_positive().then(|| later(now, step));
                    Some(next.unwrap_or(sending.until).min(sending.until))
                }
                phase => phase.ends_at(),
            })
            .min()
    }
}

impl Phase {
    fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Waiting { until } | Self::Sending(Sending { until, .. }) => Some(*until),
            Self::Succeeded { .. } | Self::Failed { .. } => None,
        }
    }
}

impl Runner<'_> {
    /// Lets a channel's narrowcasts come as far as they are by now: first what begins and ends, in the order of the
    /// clock, then what is under way.
    pub(crate) fn run(&mut self, narrowcasts: &mut Narrowcasts, now: Timestamp) {
        while let Some((at, place)) = next_milestone(narrowcasts, now) {
            let mut job = narrowcasts.running.remove(place);
            match &mut job.phase {
                Phase::Sending(sending) => {
                    self.progress(&job.plan, sending, at);
                    self.reactions.finish(job.plan.sent.request_id, at);
                    job.phase = finish(self.quota, sending);
                }
                _ => job.phase = self.begin(narrowcasts, &job.plan, at),
            }
            if job.phase.ends_at().is_some() {
                narrowcasts.running.insert(place, job);
            } else {
                let (id, accepted_at) = (job.plan.sent.request_id, job.accepted_at);
                narrowcasts.finished.insert(id, job, accepted_at);
            }
        }
        let mut running = std::mem::take(&mut narrowcasts.running);
        for job in &mut running {
            if let Phase::Sending(sending) = &mut job.phase {
                self.progress(&job.plan, sending, now);
            }
        }
        narrowcasts.running = running;
    }

    /// Picks the recipients, and keeps their quota back.
    fn begin(&mut self, narrowcasts: &Narrowcasts, plan: &Plan, at: Timestamp) -> Phase {
        match self.pick(narrowcasts, plan, at) {
            Ok((targets, reserved)) => {
                let sending = SignedDuration::try_from(self.settings.sending);
                let until = later(at, sending.unwrap_or(SignedDuration::MAX));
                let reached = Vec::new();
                Phase::Sending(Sending { from: at, until, targets, done: 0, reached, reserved })
            }
            Err(reason) => Phase::Failed { at, reason },
        }
    }

    fn pick(
        &mut self,
        narrowcasts: &Narrowcasts,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<(Vec<UserKey>, u64), Failure> {
        let sources = Sources { audiences: self.audiences, narrowcasts, now };
        let filter = plan.filter.as_ref().and_then(|filter| filter.demographic.as_ref());
        let reach = self.friends.target_reach(day(now)) as u64;
        let mut targets: Vec<UserKey> = self
            .friends
            .iter()
            .filter(|(user, _)| {
                plan.recipient.as_ref().is_none_or(|recipient| sources.contain(recipient, *user))
            })
            .filter(|(user, since)| {
                let Some(filter) = filter else { return true };
                self.people.get(*user).is_some_and(|person| {
                    !target::is_left_out(person) && target::passes(filter, person, *since, now)
                })
            })
            .map(|(user, _)| user)
            .collect();
        if self.settings.minimums {
            let guarded = plan.recipient.as_ref().map(|r| sources.guarded_audiences(r));
            let guarded = guarded.unwrap_or_default();
            if guarded.len() > 1 && guarded.iter().any(|users| *users < FEWEST) {
                return Err(Failure::SmallAudience);
            }
            if (filter.is_some() || !guarded.is_empty()) && targets.len() < FEWEST {
                return Err(Failure::TooFewRecipients);
            }
        }
        let reserved = reserve(&plan.limit, reach, self.quota.remaining(now));
        let reserved = reserved.map_err(|_| Failure::NoQuota)?;
        let sent = usize::try_from(reserved).unwrap_or(usize::MAX);
        if sent < targets.len() {
            if plan.limit.forbid_partial_delivery == Some(true) {
                return Err(Failure::Partial);
            }
            self.random.choose(&mut targets, sent);
            targets.truncate(sent);
        }
        self.quota.reserve(reserved, now);
        Ok((targets, reserved))
    }

    /// Serves those whose turn has come.
    fn progress(&mut self, plan: &Plan, sending: &mut Sending, now: Timestamp) {
        let due = share(sending, now).max(sending.done);
        for user in sending.targets.get(sending.done..due).unwrap_or_default() {
            if self.friends.is_friend(*user) {
                self.loading.remove(user);
                self.outbox.deliver(&plan.sent, *user, None, now);
                self.counts.add(Counted::Sent(plan.sent.kind), 1, now);
                self.reactions.deliver(plan.sent.request_id, 1, now);
                sending.reached.push(*user);
                self.quota.spend(1, now);
                sending.reserved = sending.reserved.saturating_sub(1);
            }
        }
        sending.done = due;
    }
}

/// Gives back the quota that was not needed.
fn finish(quota: &mut Quota, sending: &mut Sending) -> Phase {
    quota.release(sending.reserved);
    let failures = sending.failures();
    let mut reached = std::mem::take(&mut sending.reached);
    reached.sort_unstable();
    Phase::Succeeded { at: sending.until, failures, reached }
}

/// The first narrowcast whose phase ends by now, and when.
fn next_milestone(narrowcasts: &Narrowcasts, now: Timestamp) -> Option<(Timestamp, usize)> {
    let running = narrowcasts.running.iter().enumerate();
    running
        .filter_map(|(place, job)| Some((job.phase.ends_at()?, place)))
        .filter(|(at, _)| *at <= now)
        .min()
}

/// How many of the targets are served by now, if they are served evenly.
fn share(sending: &Sending, now: Timestamp) -> usize {
    let whole = sending.until.duration_since(sending.from).as_nanos();
    let gone = now.duration_since(sending.from).as_nanos().max(0);
    if gone >= whole {
        return sending.targets.len();
    }
    let share = sending.targets.len() as i128 * gone / whole;
    usize::try_from(share).unwrap_or(0)
}
