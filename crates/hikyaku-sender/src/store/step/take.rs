//! Taking due rows of one lane for an attempt each.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    budget::{self, Budgets},
    campaign::CANCELLED,
    order,
    permits::Permits,
    room::Room,
    turns::{self, Turn},
};
use crate::{
    Lane, Time,
    delivery::Claimed,
    outcome::{NewOutcome, OutcomeKind},
    pace::HoldReason,
    store::{
        CampaignState, Job, LaneDue, Payload, Result, Row, Tx,
        row::{Before, Effects},
    },
    waiting::Waiting,
};

/// How many rounds of rows that turn out not to be sent one claim looks through, before it lets others write.
const ROUNDS: u32 = 20;

/// Why what does not fit into a budget that keeps nothing back is cancelled.
const OVER_BUDGET: &str = "cancelled: the budget of its fairness key is used up";

/// What one lane came to.
pub(super) enum Came {
    /// It has nothing more that is due.
    Done,
    /// It may have more that is due now.
    More,
    /// It has more and must not send it yet.
    Wait(Waiting),
}

/// What one claim has taken so far, of all its lanes.
pub(super) struct Taken {
    pub(super) now: Time,
    pub(super) lease: Duration,
    pub(super) worker: Arc<str>,
    pub(super) jobs: Vec<Job>,
    pub(super) effects: Effects,
    /// The keys of campaigns that stand still, and those that are held in the lane that is claimed from.
    pub(super) stopped: Vec<String>,
    /// Who is before whom of an order key.
    pub(super) orders: order::Turns,
    /// What fairness keys may still send.
    pub(super) budgets: Budgets,
    /// The keys of the lane whose budgets are used up, so that only what is in doubt is sent.
    pub(super) used_up: Vec<String>,
    /// When the first falls due of those that share a lane with what is held.
    pub(super) later: Option<Time>,
    campaigns: BTreeMap<i64, CampaignState>,
}

impl Taken {
    /// Programs hear that a channel's month is used up.
    pub(super) fn tell_used_up(&mut self, lane: &LaneDue) {
        let data = NewOutcome::of_channel(&lane.channel);
        self.effects.outcomes.push((OutcomeKind::QuotaUsedUp, None, data));
    }

    pub(super) fn new(now: Time, lease: Duration, worker: Arc<str>, stopped: Vec<String>) -> Self {
        let (jobs, effects, campaigns) = (Vec::new(), Effects::default(), BTreeMap::new());
        let (orders, budgets, used_up) = (order::Turns::default(), Budgets::default(), Vec::new());
        Self {
            now,
            lease,
            worker,
            jobs,
            effects,
            stopped,
            orders,
            budgets,
            used_up,
            later: None,
            campaigns,
        }
    }

    /// A key's budget has no room for what is next.
    fn keep_back(&mut self, key: &str) {
        self.stopped.push(key.to_owned());
        self.used_up.push(key.to_owned());
    }

    /// Whether it waits for its key's budget, because one before it does.
    fn is_kept_back(&self, row: &Row) -> bool {
        !row.delivery.maybe_landed()
            && Lane::of(row.delivery.kind).counts_recipients()
            && self.used_up.contains(&row.fairness_key)
    }

    /// How many jobs it has got since it had so many.
    pub(super) fn jobs_since(&self, before: usize) -> u32 {
        u32::try_from(self.jobs.len() - before).unwrap_or(u32::MAX)
    }
}

/// Claims what is due in a lane, as long as there are permits and room.
pub(super) async fn claim_due<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    permits: &mut Permits,
    room: &mut Room,
    taken: &mut Taken,
) -> Result<Came> {
    let (before, want) = (taken.jobs.len(), permits.count());
    if !taken.used_up.is_empty() {
        // What is in doubt counts already, and has to be cleared up while LINE knows its key.
        let doubted = tx.in_doubt(&lane.channel, lane.lane, &taken.used_up, want).await?;
        let (doubted, later): (Vec<_>, Vec<_>) =
            doubted.into_iter().partition(|(row, _)| row.delivery.due <= taken.now);
        let later = later.iter().map(|(row, _)| row.delivery.due);
        taken.later = taken.later.into_iter().chain(later).min();
        if !doubted.is_empty() && !claim_rows(tx, doubted, permits, room, taken).await? {
            return wait_for_more(tx, lane, permits, room, taken).await.map(Came::Wait);
        }
    }
    let want = want.saturating_sub(taken.jobs_since(before));
    let before = taken.jobs.len();
    let turns = turns::find(tx, lane, permits, &taken.stopped, want, taken.now).await?;
    let (mut rounds, mut found_any, mut goes_on) = (0, false, false);
    for Turn { priority, mut keys, goes_on_after } in turns {
        let mut first_round = true;
        while !keys.is_empty() {
            let left = want.saturating_sub(taken.jobs_since(before));
            if left == 0 || rounds == ROUNDS {
                return Ok(Came::More);
            }
            rounds += 1;
            let shares = turns::shares(&keys, left);
            let due = tx.claimable(&lane.channel, lane.lane, priority, &shares, taken.now).await?;
            if first_round {
                let every_key = shares.len() == keys.len();
                let last = shares.last().map(|(key, _)| key);
                let last = goes_on_after.as_ref().filter(|_| every_key).or(last);
                if let Some(key) = last {
                    permits.serve(priority, key);
                }
                first_round = false;
            }
            // A key with less than its share has no more. The first keys have shares.
            let of_keys = due.iter().zip(&shares);
            let mut used_up = of_keys.map(|(rows, (_, share))| rows.len() < *share as usize);
            keys.retain(|_| !used_up.next().unwrap_or(false));
            let rows = in_turns(due);
            found_any |= !rows.is_empty();
            let fits = claim_rows(tx, rows, permits, room, taken).await?;
            keys.retain(|key| !taken.stopped.contains(key));
            if !fits {
                return wait_for_more(tx, lane, permits, room, taken).await.map(Came::Wait);
            }
        }
        if let Some(last) = goes_on_after {
            permits.serve(priority, &last);
            goes_on = true;
        }
    }
    // Where what is due is locked by somebody, there is no hurry.
    Ok(if goes_on && found_any { Came::More } else { Came::Done })
}

/// The first row of each key, then the second of each, and so on.
fn in_turns(keys: Vec<Vec<(Row, Payload)>>) -> Vec<(Row, Payload)> {
    let mut keys: Vec<_> = keys.into_iter().map(Vec::into_iter).collect();
    let mut rows = Vec::new();
    loop {
        let before = rows.len();
        rows.extend(keys.iter_mut().filter_map(Iterator::next));
        if rows.len() == before {
            return rows;
        }
    }
}

/// What is in flight may come back and make room. Without that, all workers wait, and anyone who watches sees for what.
async fn wait_for_more<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    permits: &mut Permits,
    room: &Room,
    taken: &mut Taken,
) -> Result<Waiting> {
    let waiting = room.too_small(lane);
    let stands_still = taken.jobs.is_empty() && !room.may_grow();
    if stands_still && permits.park(tx, lane, HoldReason::Quota, room.look_again).await? {
        taken.tell_used_up(lane);
    }
    Ok(waiting)
}

/// Claims rows in their order. Whether the month had room for all.
async fn claim_rows<T: Tx>(
    tx: &mut T,
    due: Vec<(Row, Payload)>,
    permits: &Permits,
    room: &mut Room,
    taken: &mut Taken,
) -> Result<bool> {
    let (mut rows, mut payloads, mut fits) = (Vec::with_capacity(due.len()), Vec::new(), true);
    taken.orders.look_around(tx, due.iter().map(|(row, _)| row)).await?;
    let keys = due.iter().map(|(row, _)| row.fairness_key.as_str());
    taken.budgets.look_up(tx, keys, taken.now).await?;
    for (mut row, payload) in due {
        if taken.is_kept_back(&row) {
            continue;
        }
        if !taken.orders.may_claim(&mut row, permits.stood_still_until(), taken.now) {
            payloads.push((payload, Claimed::Ended));
            rows.push(row);
            continue;
        }
        let before = Before::of(&row.delivery);
        let campaign = match row.campaign {
            Some(id) => campaign_state(tx, id, taken).await?,
            None => CampaignState::Running,
        };
        let claimed = match campaign {
            // It was stopped at this moment.
            CampaignState::Paused | CampaignState::Held => continue,
            CampaignState::Cancelled if row.delivery.cancel(CANCELLED).is_ok() => Claimed::Ended,
            // What may have been sent already is cleared up all the same.
            CampaignState::Cancelled | CampaignState::Running => {
                let was_in_doubt = row.delivery.maybe_landed();
                match taken.budgets.charge(&row) {
                    budget::Room::Enough => {}
                    budget::Room::Wait => {
                        // All behind it wait, too, also those that are smaller.
                        taken.keep_back(&row.fairness_key);
                        continue;
                    }
                    budget::Room::Never => {
                        // Of what surely was not sent.
                        let _ = row.delivery.cancel(OVER_BUDGET);
                        taken.orders.claimed(&row);
                        taken.effects.note(before, &row);
                        payloads.push((payload, Claimed::Ended));
                        rows.push(row);
                        continue;
                    }
                }
                if !room.take(row.delivery.kind, row.delivery.recipients) {
                    taken.budgets.put_back(&row, was_in_doubt, taken.now);
                    fits = false;
                    break;
                }
                row.delivery.worker = Some(taken.worker.clone());
                let claimed = row.delivery.claim(taken.now, taken.lease);
                if claimed == Claimed::Ended {
                    taken.budgets.put_back(&row, was_in_doubt, taken.now);
                }
                claimed
            }
        };
        taken.orders.claimed(&row);
        taken.effects.note(before, &row);
        payloads.push((payload, claimed));
        rows.push(row);
    }
    tx.save(&rows).await?;
    tx.save(&std::mem::take(&mut taken.orders.overtaken)).await?;
    for (row, (payload, claimed)) in rows.into_iter().zip(payloads) {
        if claimed != Claimed::Ended {
            taken.jobs.push(Job::new(row, payload));
        }
    }
    Ok(fits)
}

async fn campaign_state<T: Tx>(tx: &mut T, id: i64, taken: &mut Taken) -> Result<CampaignState> {
    if let Some(state) = taken.campaigns.get(&id) {
        return Ok(*state);
    }
    let state = tx.campaign_state(id).await?.unwrap_or(CampaignState::Cancelled);
    taken.campaigns.insert(id, state);
    if matches!(state, CampaignState::Paused | CampaignState::Held) {
        taken.stopped.push(crate::fairness::of_campaign(id));
    }
    Ok(state)
}
