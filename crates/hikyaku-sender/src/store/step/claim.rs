use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use hikyaku_model::SendKind;
use uuid::Uuid;

use super::{campaign::CANCELLED, hold, permits::Permits, room::Room, set_back};
use crate::{
    Hold, Lane, State, Time,
    delivery::Claimed,
    pace::{Bucket, HoldReason, Limits},
    store::{CampaignState, LaneDue, Payload, Result, Row, Tx, WriteStep, row::Effects},
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
}

impl Grant {
    /// When to claim again, if nothing else happens.
    pub(crate) fn next(&self) -> Option<Time> {
        let now = self.more.then_some(self.now);
        now.into_iter().chain(self.later).chain(self.waiting.iter().filter_map(|it| it.until)).min()
    }
}

/// One delivery to send now.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) fence: i64,
    pub(crate) channel: String,
    pub(crate) campaign: Option<i64>,
    pub(crate) kind: SendKind,
    pub(crate) lane: Lane,
    pub(crate) attempts: u32,
    pub(crate) retry_key: Uuid,
    pub(crate) request_id: Option<String>,
    pub(crate) payload: Payload,
}

/// How many rounds of rows that turn out not to be sent one claim looks through, before it lets others write.
const ROUNDS: u32 = 20;

/// After how many claims a busy worker looks whether the clock was set back.
const SET_BACK_EVERY: usize = 64;

impl WriteStep for Claim {
    type Out = Grant;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Grant> {
        let mut turn = Turn {
            now: tx.now().await?,
            lease: self.lease,
            worker: self.worker.clone(),
            jobs: Vec::new(),
            campaigns: Vec::new(),
            paused: BTreeMap::new(),
            effects: Effects::default(),
        };
        let mut grant = Grant { now: turn.now, ..Grant::default() };
        let (ready, later): (Vec<_>, Vec<_>) =
            tx.due(&self.channels).await?.into_iter().partition(|lane| lane.due <= turn.now);
        grant.later = later.iter().map(|lane| lane.due).min();
        // A clock is seldom set back, and to look whether it was takes several queries for each lane.
        if ready.is_empty() || self.turn.is_multiple_of(SET_BACK_EVERY) {
            for lane in &later {
                grant.more |= set_back::fall_due(tx, lane, turn.now).await?;
            }
        }
        let began = Instant::now();
        let (mut ready, mut rooms) = lock(tx, ready, turn.now).await?;
        turn.now = super::after_waiting(turn.now, began);
        grant.now = turn.now;
        if !ready.is_empty() {
            let first = self.turn % ready.len();
            ready.rotate_left(first);
        }
        // Only now: a hold may have been placed while it waited.
        let holds =
            if ready.is_empty() { Vec::new() } else { hold::standing(tx, turn.now).await? };
        let mut left = self.want;
        let mut others = u32::try_from(ready.len()).unwrap_or(u32::MAX);
        for (lane, bucket) in ready {
            let share = left.div_ceil(others);
            others -= 1;
            if let Some(hold) = Hold::longest(&holds, &lane.channel, lane.lane) {
                grant.waiting.push(lane.waits_for(WaitingFor::Release, hold.until));
                continue;
            }
            let before = turn.jobs.len();
            let room = rooms.entry(lane.channel.clone()).or_default();
            match self.claim_lane(tx, &lane, bucket, room, share, &mut turn).await? {
                Came::Done => {}
                Came::More => grant.more = true,
                Came::Wait(waiting) => grant.waiting.push(waiting),
            }
            left = left.saturating_sub(turn.jobs_since(before));
        }
        grant.more |= turn.resume(tx).await?;
        grant.jobs = turn.jobs;
        super::apply(tx, turn.effects).await?;
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

/// What one lane came to.
enum Came {
    /// It has nothing more that is due.
    Done,
    /// It may have more that is due now.
    More,
    /// It has more and must not send it yet.
    Wait(Waiting),
}

struct Turn {
    now: Time,
    lease: Duration,
    worker: Arc<str>,
    jobs: Vec<Job>,
    campaigns: Vec<(i64, CampaignState)>,
    /// What was paused with its campaign.
    paused: BTreeMap<i64, Vec<Row>>,
    effects: Effects,
}

impl Turn {
    /// How many jobs it has got since it had so many.
    fn jobs_since(&self, before: usize) -> u32 {
        u32::try_from(self.jobs.len() - before).unwrap_or(u32::MAX)
    }

    /// Takes a pause back where the campaign was resumed meanwhile: whoever did that has not seen these rows. From here
    /// on, it waits until they can be seen. Whether there were any.
    async fn resume<T: Tx>(&mut self, tx: &mut T) -> Result<bool> {
        if self.paused.is_empty() {
            return Ok(false);
        }
        // In one order with those whose counts change, so that no two transactions wait for each other.
        let counted = self.effects.campaigns.keys().copied();
        let ids: BTreeSet<i64> = counted.chain(self.paused.keys().copied()).collect();
        let mut resumed = Vec::new();
        for id in ids {
            let campaign = tx.lock_campaign(id).await?;
            if campaign.is_none_or(|it| !stands_still(it.spec.state)) {
                resumed.extend(self.paused.remove(&id).unwrap_or_default());
            }
        }
        for row in &mut resumed {
            row.delivery.resume();
        }
        tx.save(&resumed).await?;
        Ok(!resumed.is_empty())
    }
}

fn stands_still(campaign: CampaignState) -> bool {
    matches!(campaign, CampaignState::Paused | CampaignState::Held)
}

impl Claim {
    /// Claims what a lane may send now: by its rate limit, and then by its month.
    async fn claim_lane<T: Tx>(
        &self,
        tx: &mut T,
        lane: &LaneDue,
        bucket: Bucket,
        room: &mut Room,
        want: u32,
        turn: &mut Turn,
    ) -> Result<Came> {
        if want == 0 {
            return Ok(Came::More);
        }
        let rate = self.limits.get(lane.lane);
        let mut permits = match Permits::take(tx, lane, bucket, rate, want, turn.now).await? {
            Ok(permits) => permits,
            Err(waiting) => return Ok(Came::Wait(waiting)),
        };
        if let Some(waiting) = room.wait(lane) {
            return wait_for_room(tx, lane, permits, room, waiting).await.map(Came::Wait);
        }
        let before = turn.jobs.len();
        let came = claim_due(tx, lane, &mut permits, room, turn).await?;
        let used = turn.jobs_since(before);
        permits.settle(tx, lane, used).await?;
        Ok(came)
    }
}

/// Gives the permits back, and lets whoever watches see what the lane waits for: unless what is in flight may come back
/// and make room, the month itself has to.
async fn wait_for_room<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    mut permits: Permits,
    room: &Room,
    waiting: Waiting,
) -> Result<Waiting> {
    let until = room.look_again;
    let stands_still = !room.may_grow();
    if stands_still {
        permits.park(tx, lane, HoldReason::Quota, until).await?;
    }
    permits.settle(tx, lane, 0).await?;
    if stands_still {
        return Ok(lane.waits_for(WaitingFor::Hold(HoldReason::Quota), until));
    }
    Ok(waiting)
}

/// Claims what is due in a lane, as long as there are permits and room.
async fn claim_due<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    permits: &mut Permits,
    room: &mut Room,
    turn: &mut Turn,
) -> Result<Came> {
    let before = turn.jobs.len();
    for _ in 0..ROUNDS {
        let left = permits.count().saturating_sub(turn.jobs_since(before));
        if left == 0 {
            break;
        }
        let due = tx.claimable(&lane.channel, lane.lane, turn.now, left).await?;
        if due.is_empty() {
            return Ok(Came::Done);
        }
        let (mut rows, payloads): (Vec<Row>, Vec<Payload>) = due.into_iter().unzip();
        let claimed = claim_rows(tx, &mut rows, room, turn).await?;
        tx.save(&rows[..claimed.len()]).await?;
        let all_fit = claimed.len() == rows.len();
        for ((row, payload), claimed) in rows.into_iter().zip(payloads).zip(claimed) {
            if claimed != Claimed::Ended {
                turn.jobs.push(job(row, payload));
            }
        }
        if !all_fit {
            let waiting = room.too_small(lane);
            // What is in flight may come back and make room. Without that, all workers wait, and whoever watches sees for
            // what.
            if turn.jobs.is_empty() && !room.may_grow() {
                permits.park(tx, lane, HoldReason::Quota, room.look_again).await?;
            }
            return Ok(Came::Wait(waiting));
        }
    }
    Ok(Came::More)
}

/// Claims rows in their order, as long as the month has room. What was made of those that were dealt with.
async fn claim_rows<T: Tx>(
    tx: &mut T,
    rows: &mut [Row],
    room: &mut Room,
    turn: &mut Turn,
) -> Result<Vec<Claimed>> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let before = row.delivery.state;
        let campaign = match row.campaign {
            Some(id) => campaign_state(tx, id, &mut turn.campaigns).await?,
            None => CampaignState::Running,
        };
        let claimed = match campaign {
            CampaignState::Paused | CampaignState::Held => {
                row.delivery.pause();
                Claimed::Ended
            }
            CampaignState::Cancelled if row.delivery.cancel(CANCELLED).is_ok() => Claimed::Ended,
            // What may have been sent already is cleared up all the same.
            CampaignState::Cancelled | CampaignState::Running => {
                if !room.take(row.delivery.kind, row.delivery.recipients) {
                    break;
                }
                row.delivery.worker = Some(turn.worker.clone());
                row.delivery.claim(turn.now, turn.lease)
            }
        };
        if let Some(campaign) = row.campaign
            && row.delivery.state == State::Paused
        {
            turn.paused.entry(campaign).or_default().push(row.clone());
        }
        turn.effects.note(before, row);
        all.push(claimed);
    }
    Ok(all)
}

async fn campaign_state<T: Tx>(
    tx: &mut T,
    id: i64,
    known: &mut Vec<(i64, CampaignState)>,
) -> Result<CampaignState> {
    if let Some((_, state)) = known.iter().find(|(known, _)| *known == id) {
        return Ok(*state);
    }
    let state = tx.campaign(id).await?.map_or(CampaignState::Cancelled, |it| it.spec.state);
    known.push((id, state));
    Ok(state)
}

fn job(row: Row, payload: Payload) -> Job {
    let Row { id, channel, campaign, delivery, .. } = row;
    Job {
        id,
        fence: delivery.fence,
        channel,
        campaign,
        kind: delivery.kind,
        lane: delivery.lane(),
        attempts: delivery.attempts,
        retry_key: delivery.retry_key,
        request_id: delivery.request_id,
        payload,
    }
}
