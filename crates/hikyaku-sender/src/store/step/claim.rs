use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    hold, order,
    permits::Permits,
    room::Room,
    set_back,
    take::{Came, Taken, claim_due},
};
use crate::{
    Hold, Time,
    pace::{Bucket, HoldReason, Limits},
    store::{Job, LaneDue, Result, Tx, WriteStep},
    waiting::{Waiting, WaitingFor},
};

/// Takes due deliveries together with the permits to send them.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) channels: Vec<String>,
    /// Which lane comes first, of those with work: it moves on with every turn, so that none starves.
    pub(crate) turn: usize,
    pub(crate) want: u32,
    pub(crate) lease: Duration,
    pub(crate) limits: Limits,
    /// Who claims.
    pub(crate) worker: Arc<str>,
}

/// What a claim gave.
#[derive(Debug, Default)]
pub(crate) struct Grant {
    pub(crate) jobs: Vec<Job>,
    /// The lanes that have due work and must wait.
    pub(crate) waiting: Vec<Waiting>,
    /// Whether another claim at once may give more.
    pub(crate) more: bool,
    /// When the first delivery falls due of those that are not.
    pub(crate) later: Option<Time>,
    pub(crate) now: Time,
    /// When that was: the permits of its jobs are as old as this, however long the claim took to be committed.
    pub(crate) granted: Option<Instant>,
}

impl Grant {
    /// When to claim again, if nothing else happens.
    pub(crate) fn next(&self) -> Option<Time> {
        let now = self.more.then_some(self.now);
        now.into_iter().chain(self.later).chain(self.waiting.iter().filter_map(|it| it.until)).min()
    }
}

/// After how many claims a busy worker looks whether the clock was set back.
const SET_BACK_EVERY: usize = 64;

impl WriteStep for Claim {
    type Out = Grant;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Grant> {
        let now = tx.now().await?;
        let mut taken = Taken::new(now, self.lease, self.worker.clone(), tx.stopped().await?);
        let mut grant = Grant { now, ..Grant::default() };
        let due = tx.due(&self.channels, &taken.stopped, now).await?;
        let (ready, later): (Vec<_>, Vec<_>) = due.into_iter().partition(|lane| lane.due <= now);
        grant.later = later.iter().map(|lane| lane.due).min();
        // A clock is seldom set back, and to look whether it was takes several queries for each lane.
        if ready.is_empty() || self.turn.is_multiple_of(SET_BACK_EVERY) {
            for lane in &later {
                grant.more |= set_back::fall_due(tx, lane, &taken.stopped, now).await?;
            }
        }
        let (mut ready, mut rooms) = lock(tx, ready, now).await?;
        // Not the time before it waited for the locks: what others were granted meanwhile would look as if it came from the
        // future, and a second would get permits of the one before.
        taken.now = tx.now().await?;
        grant.now = taken.now;
        grant.granted = Some(Instant::now());
        if !ready.is_empty() {
            let first = self.turn % ready.len();
            ready.rotate_left(first);
        }
        // Only now: a hold may have been placed while it waited.
        let holds =
            if ready.is_empty() { Vec::new() } else { hold::standing(tx, taken.now).await? };
        taken.budgets.any = !ready.is_empty() && tx.has_budgets().await?;
        let used_up =
            if taken.budgets.any { tx.used_up_budgets(taken.now).await? } else { Vec::new() };
        let mut left = self.want;
        let mut others = u32::try_from(ready.len()).unwrap_or(u32::MAX);
        for (lane, bucket) in ready {
            let share = left.div_ceil(others);
            others -= 1;
            if let Some(hold) = Hold::longest(&holds, &lane.channel, lane.lane, None) {
                grant.waiting.push(lane.waits_for(WaitingFor::Release, hold.until));
                continue;
            }
            let (mut keys, hold) = Hold::on_keys(&holds, &lane.channel, lane.lane);
            let mut kept_back = hold.map(|hold| (WaitingFor::Release, hold.until));
            taken.used_up.clear();
            if lane.lane.counts_recipients() {
                let until = used_up.iter().map(|it| it.until).max();
                kept_back = kept_back.or(until.map(|until| (WaitingFor::Budget, Some(until))));
                // A hold stops what is in doubt, too.
                let of = used_up.iter().filter(|it| !keys.contains(&it.fairness_key));
                taken.used_up.extend(of.map(|it| it.fairness_key.clone()));
                keys.extend_from_slice(&taken.used_up);
            }
            // Those that are found to stand still meanwhile come behind them.
            let first_kept = taken.stopped.len();
            taken.stopped.extend(keys);
            let before = taken.jobs.len();
            let came =
                self.claim_beside(tx, lane, kept_back, bucket, &mut rooms, share, &mut taken);
            match came.await? {
                Came::Done => {}
                Came::More => grant.more = true,
                Came::Wait(waiting) => grant.waiting.push(waiting),
            }
            // Campaigns are looked up again where they matter.
            taken.stopped.truncate(first_kept);
            left = left.saturating_sub(taken.jobs_since(before));
        }
        let later = [grant.later, taken.later, taken.orders.later];
        grant.later = later.into_iter().flatten().min();
        // Those behind them may go now.
        grant.more |= taken.orders.goes_on || !taken.orders.ended.is_empty();
        order::let_go(tx, std::mem::take(&mut taken.orders.ended)).await?;
        grant.jobs = taken.jobs;
        let told = taken.budgets.write(tx).await?;
        taken.effects.outcomes.extend(told);
        super::apply(tx, taken.effects).await?;
        Ok(grant)
    }
}

/// Locks what lanes share with other workers: all buckets and then all months, each in one order whoever's turn it is, so
/// that no two claims wait for each other.
async fn lock<T: Tx>(
    tx: &mut T,
    mut lanes: Vec<LaneDue>,
    now: Time,
) -> Result<(Vec<(LaneDue, Bucket)>, BTreeMap<String, Room>)> {
    // Not in the order of the answer, which is that of the database's language.
    lanes.sort_unstable_by(|a, b| (&a.channel, a.lane).cmp(&(&b.channel, b.lane)));
    let mut locked = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let bucket = tx.bucket(&lane.channel, lane.lane).await?;
        locked.push((lane, bucket.unwrap_or_else(|| Bucket::new(now))));
    }
    let mut rooms = BTreeMap::new();
    for (lane, _) in &locked {
        if lane.lane.uses_quota() && !rooms.contains_key(&lane.channel) {
            rooms.insert(lane.channel.clone(), Room::find(tx, &lane.channel, now).await?);
        }
    }
    Ok((locked, rooms))
}

impl Claim {
    /// Claims what a lane may send now besides what is kept back in it: for what, and until when.
    #[expect(clippy::too_many_arguments, reason = "a lane and what it shares with others")]
    async fn claim_beside<T: Tx>(
        &self,
        tx: &mut T,
        mut lane: LaneDue,
        kept_back: Option<(WaitingFor, Option<Time>)>,
        bucket: Bucket,
        rooms: &mut BTreeMap<String, Room>,
        want: u32,
        taken: &mut Taken,
    ) -> Result<Came> {
        let mut waiting = None;
        if let Some((reason, until)) = kept_back {
            let due =
                tx.due(std::slice::from_ref(&lane.channel), &taken.stopped, taken.now).await?;
            match due.into_iter().find(|it| it.lane == lane.lane) {
                Some(others) if others.due <= taken.now => lane = others,
                later => {
                    taken.later = taken.later.into_iter().chain(later.map(|it| it.due)).min();
                    waiting = Some(lane.waits_for(reason, until));
                }
            }
        }
        if let Some(waiting) = waiting.take_if(|_| taken.used_up.is_empty()) {
            return Ok(Came::Wait(waiting));
        }
        let (before, used_up) = (taken.jobs.len(), taken.used_up.len());
        let room = rooms.entry(lane.channel.clone()).or_default();
        let came = self.claim_lane(tx, &lane, bucket, room, want, taken).await?;
        Ok(match (came, waiting) {
            (Came::Done | Came::More, Some(waiting)) if taken.jobs.len() == before => {
                Came::Wait(waiting)
            }
            // The next claim says what it waits for.
            (Came::Done, None) if taken.used_up.len() > used_up => Came::More,
            (came, _) => came,
        })
    }

    /// Claims what a lane may send now: by its rate limit, and then by its month.
    async fn claim_lane<T: Tx>(
        &self,
        tx: &mut T,
        lane: &LaneDue,
        bucket: Bucket,
        room: &mut Room,
        want: u32,
        taken: &mut Taken,
    ) -> Result<Came> {
        if want == 0 {
            return Ok(Came::More);
        }
        let rate = self.limits.of(&lane.channel, lane.lane);
        let mut permits = match Permits::take(tx, lane, bucket, rate, want, taken.now).await? {
            Ok(permits) => permits,
            Err(waiting) => return Ok(Came::Wait(waiting)),
        };
        if let Some(waiting) = room.wait(lane) {
            return wait_for_room(tx, lane, permits, room, waiting, taken).await.map(Came::Wait);
        }
        let before = taken.jobs.len();
        let came = claim_due(tx, lane, &mut permits, room, taken).await?;
        let used = taken.jobs_since(before);
        permits.settle(tx, lane, used).await?;
        Ok(came)
    }
}

/// Gives the permits back, and lets anyone who watches see what the lane waits for: unless what is in flight may come back
/// and make room, the month itself has to.
async fn wait_for_room<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    mut permits: Permits,
    room: &Room,
    waiting: Waiting,
    taken: &mut Taken,
) -> Result<Waiting> {
    let until = room.look_again;
    let stands_still = !room.may_grow();
    if stands_still && permits.park(tx, lane, HoldReason::Quota, until).await? {
        taken.tell_used_up(lane);
    }
    permits.settle(tx, lane, 0).await?;
    if stands_still {
        return Ok(lane.waits_for(WaitingFor::Hold(HoldReason::Quota), until));
    }
    Ok(waiting)
}
