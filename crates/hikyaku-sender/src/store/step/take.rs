//! Taking due rows of one lane for an attempt each.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    campaign::CANCELLED,
    job::Job,
    order,
    permits::Permits,
    room::Room,
    turns::{self, Turn},
};
use crate::{
    Time,
    delivery::Claimed,
    outcome::{NewOutcome, OutcomeKind},
    pace::HoldReason,
    store::{
        CampaignState, LaneDue, Payload, Result, Row, Tx,
        row::{Before, Effects},
    },
    waiting::Waiting,
};

/// How many rounds of rows that turn out not to be sent one claim looks through, before it lets others write.
const ROUNDS: u32 = 20;

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
        let orders = order::Turns::default();
        Self { now, lease, worker, jobs, effects, stopped, orders, later: None, campaigns }
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
            let rows = in_turns(shares.into_iter().map(|(key, _)| key).zip(due));
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

/// A row that is due, what it sends, and its fairness key.
type Due = (Row, Payload, Arc<str>);

/// The first row of each key, then the second of each, and so on.
fn in_turns(keys: impl Iterator<Item = (String, Vec<(Row, Payload)>)>) -> Vec<Due> {
    let keys = keys.map(|(key, rows)| (Arc::from(key), rows.into_iter()));
    let mut keys: Vec<(Arc<str>, _)> = keys.collect();
    let mut rows = Vec::new();
    loop {
        let before = rows.len();
        rows.extend(keys.iter_mut().filter_map(|(key, of_key)| {
            let (row, payload) = of_key.next()?;
            Some((row, payload, key.clone()))
        }));
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
    due: Vec<Due>,
    permits: &Permits,
    room: &mut Room,
    taken: &mut Taken,
) -> Result<bool> {
    let (mut rows, mut payloads, mut fits) = (Vec::with_capacity(due.len()), Vec::new(), true);
    taken.orders.look_around(tx, due.iter().map(|(row, ..)| row)).await?;
    for (mut row, payload, key) in due {
        if !taken.orders.may_claim(&mut row, permits.stood_still_until(), taken.now) {
            payloads.push((payload, key, Claimed::Ended));
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
                if !room.take(row.delivery.kind, row.delivery.recipients) {
                    fits = false;
                    break;
                }
                row.delivery.worker = Some(taken.worker.clone());
                row.delivery.claim(taken.now, taken.lease)
            }
        };
        taken.orders.claimed(&row);
        taken.effects.note(before, &row);
        payloads.push((payload, key, claimed));
        rows.push(row);
    }
    tx.save(&rows).await?;
    tx.save(&std::mem::take(&mut taken.orders.overtaken)).await?;
    for (row, (payload, key, claimed)) in rows.into_iter().zip(payloads) {
        if claimed != Claimed::Ended {
            taken.jobs.push(Job::new(row, payload, key));
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
