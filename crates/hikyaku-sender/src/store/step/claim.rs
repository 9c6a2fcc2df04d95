use std::time::Duration;

use hikyaku_model::SendKind;
use uuid::Uuid;

use crate::{
    Lane, Time,
    delivery::Claimed,
    outlook::{Waiting, WaitingFor},
    pace::{Bucket, HoldReason, Limits},
    store::{CampaignState, LaneDue, Payload, Result, Row, Step, Tx, row::Effects, step::set_back},
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
        now.into_iter().chain(self.later).chain(self.waiting.iter().map(|it| it.until)).min()
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

impl Step for Claim {
    type Out = Grant;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Grant> {
        let mut turn = Turn {
            now: tx.now().await?,
            lease: self.lease,
            jobs: Vec::new(),
            campaigns: Vec::new(),
            effects: Effects::default(),
        };
        let mut grant = Grant { now: turn.now, ..Grant::default() };
        let (mut ready, later): (Vec<_>, Vec<_>) =
            tx.due(&self.channels).await?.into_iter().partition(|lane| lane.due <= turn.now);
        grant.later = later.iter().map(|lane| lane.due).min();
        // A clock is seldom set back, and to look whether it was takes several queries for each lane.
        if ready.is_empty() || self.turn.is_multiple_of(SET_BACK_EVERY) {
            for lane in &later {
                grant.more |= set_back::fall_due(tx, lane, turn.now).await?;
            }
        }
        if !ready.is_empty() {
            let first = self.turn % ready.len();
            ready.rotate_left(first);
        }
        let mut left = self.want;
        for (index, lane) in ready.iter().enumerate() {
            let others = u32::try_from(ready.len() - index).unwrap_or(u32::MAX);
            let share = left.div_ceil(others.max(1));
            let before = turn.jobs.len();
            match self.claim_lane(tx, lane, share, &mut turn).await? {
                Came::Done => {}
                Came::More => grant.more = true,
                Came::Wait(waiting) => grant.waiting.push(waiting),
            }
            left -= u32::try_from(turn.jobs.len() - before).unwrap_or(left).min(left);
        }
        grant.jobs = turn.jobs;
        super::apply(tx, turn.effects).await?;
        Ok(grant)
    }
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
    jobs: Vec<Job>,
    campaigns: Vec<(i64, CampaignState)>,
    effects: Effects,
}

impl Claim {
    async fn claim_lane<T: Tx>(
        &self,
        tx: &mut T,
        lane: &LaneDue,
        want: u32,
        turn: &mut Turn,
    ) -> Result<Came> {
        let LaneDue { channel, lane, .. } = lane;
        let (lane, now) = (*lane, turn.now);
        if want == 0 {
            return Ok(Came::More);
        }
        let stand_still = |reason, until| {
            Ok(Came::Wait(Waiting { channel: channel.clone(), lane, reason, until }))
        };
        let mut bucket = tx.bucket(channel, lane).await?.unwrap_or_else(|| Bucket::new(now));
        if let Some((until, reason)) = bucket.held(now) {
            return stand_still(WaitingFor::Hold(reason), until);
        }
        let rate = self.limits.get(lane);
        let permits = match rate {
            None => want,
            Some(rate) if rate.is_exact() => {
                let window = rate.window();
                let sends = tx.sends_since(channel, lane, now - window).await?;
                let allowed =
                    rate.requests.saturating_sub(u32::try_from(sends.len()).unwrap_or(u32::MAX));
                if allowed == 0 {
                    let oldest = sends.first().copied().unwrap_or(now);
                    return stand_still(
                        WaitingFor::Rate,
                        oldest + window + Duration::from_millis(1),
                    );
                }
                // One at a time: they are few, and each may be to everybody.
                1
            }
            Some(rate) => match bucket.take(rate, want, now) {
                Ok(permits) => permits,
                Err(until) => {
                    tx.save_bucket(channel, lane, &bucket).await?;
                    return stand_still(WaitingFor::Rate, until);
                }
            },
        };
        let mut room = if lane.uses_quota() {
            tx.quota(channel).await?.and_then(|quota| quota.room().map(|room| (room, quota)))
        } else {
            None
        };
        if let Some((0, quota)) = &room {
            return stand_still(WaitingFor::Quota, quota.checked_at.max(now) + QUOTA_LOOK);
        }
        let before = turn.jobs.len();
        let mut outcome = Came::More;
        for _ in 0..ROUNDS {
            let used = u32::try_from(turn.jobs.len() - before).unwrap_or(permits);
            if used >= permits {
                break;
            }
            let due = tx.claimable(channel, lane, now, permits - used).await?;
            if due.is_empty() {
                outcome = Came::Done;
                break;
            }
            let (mut rows, payloads): (Vec<Row>, Vec<Payload>) = due.into_iter().unzip();
            let claimed = claim_rows(tx, &mut rows, &mut room, turn).await?;
            tx.save(&rows[..claimed.len()]).await?;
            let whole = claimed.len() == rows.len();
            for ((row, payload), claimed) in rows.into_iter().zip(payloads).zip(claimed) {
                if claimed != Claimed::Ended {
                    turn.jobs.push(job(row, payload));
                }
            }
            if !whole {
                let until = now + QUOTA_LOOK;
                // What is in flight may come back and make room. Without that, all workers wait, and whoever watches
                // sees for what.
                let in_flight = room.as_ref().is_some_and(|(_, quota)| quota.reserved > 0);
                if turn.jobs.is_empty() && !in_flight {
                    bucket.park(HoldReason::Quota, until);
                    tx.save_bucket(channel, lane, &bucket).await?;
                }
                outcome = Came::Wait(Waiting {
                    channel: channel.clone(),
                    lane,
                    reason: WaitingFor::Quota,
                    until,
                });
                break;
            }
        }
        let used = u32::try_from(turn.jobs.len() - before).unwrap_or(permits);
        match rate {
            Some(rate) if rate.is_exact() => {
                tx.forget_sends(channel, lane, now - rate.window().max(SENDS_KEPT)).await?;
                tx.log_sends(channel, lane, &vec![now; used as usize]).await?;
            }
            Some(rate) => {
                bucket.give_back(rate, permits.saturating_sub(used));
                tx.save_bucket(channel, lane, &bucket).await?;
            }
            None => {}
        }
        Ok(outcome)
    }
}

/// How long sends that are counted one by one are remembered at least: a clock that was ahead for some hours must not
/// make them forgotten.
const SENDS_KEPT: Duration = Duration::from_hours(24);

/// How long a lane without quota waits before it looks again; the worker asks LINE in the meantime.
const QUOTA_LOOK: Duration = Duration::from_mins(1);

/// Claims rows in their order, as long as the quota has room. What was made of those that were dealt with.
async fn claim_rows<T: Tx>(
    tx: &mut T,
    rows: &mut [Row],
    room: &mut Option<(i64, crate::store::Quota)>,
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
            CampaignState::Cancelled
                if row.delivery.cancel("its campaign was cancelled").is_ok() =>
            {
                Claimed::Ended
            }
            // What may have been sent already is cleared up all the same.
            CampaignState::Cancelled | CampaignState::Running => {
                let recipients = i64::from(row.delivery.recipients);
                if let Some((room, _)) = room
                    && Lane::of(row.delivery.kind).counts_recipients()
                {
                    if recipients > *room {
                        break;
                    }
                    *room -= recipients;
                }
                row.delivery.claim(turn.now, turn.lease)
            }
        };
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
    let state = tx.campaign(id, false).await?.map_or(CampaignState::Cancelled, |it| it.spec.state);
    known.push((id, state));
    Ok(state)
}

fn job(row: Row, payload: Payload) -> Job {
    let Row { id, channel, campaign, delivery } = row;
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
