//! Sends that a worker has from their first commit on, so that no claim stands between them and LINE.
//!
//! All that a claim heeds is heeded: the rate, the month, holds, budgets and order keys. And nothing is overtaken: of a lane
//! that has anything due, nothing is taken, and of what one commit brings to a lane, either all has a permit or it waits for
//! its turns. Nobody is waited for either: a lane that another transaction is at work on is left to the claims.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use super::{
    budget::Budgets,
    order::{self, OrderKey},
    permits::Permits,
    room::Room,
    stops::Stops,
};
use crate::{
    Lane, Priority, Time,
    delivery::Claimed,
    pace::{self, Bucket},
    store::{
        Fresh, Handed, Hands, Job, KeySearch, LaneDue, Result, Row, Tx,
        row::{Before, Effects},
    },
};

/// How many fairness keys of each priority are looked at. Where more of them wait for later, a claim finds out who is next.
const KEYS: u32 = 32;

/// What one commit takes at once.
pub(super) struct AtOnce {
    /// The rows as they are to be put into the store: some in flight, the others as they came.
    pub(super) rows: Vec<Fresh>,
    lanes: Vec<LaneAtOnce>,
    budgets: Budgets,
    /// How many recipients of each fairness key it has, of those that budgets count.
    planned: HashMap<String, u64>,
    now: Time,
    granted: Instant,
}

/// Rows of one lane, by their places in the commit.
struct LaneAtOnce {
    lane: LaneDue,
    permits: Permits,
    taken: Vec<usize>,
}

/// A lane that may send something now, and what the commit brings it.
struct Candidate {
    lane: LaneDue,
    bucket: Bucket,
    rows: Vec<usize>,
}

impl AtOnce {
    /// Finds what of these rows the worker may have; nothing where it may have none.
    pub(super) async fn find<T: Tx>(
        tx: &mut T,
        fresh: &[Fresh],
        hands: &Hands,
    ) -> Result<Option<Self>> {
        let candidates = lock(tx, fresh, hands).await?;
        let mut rooms = BTreeMap::new();
        let now = tx.now().await?;
        for Candidate { lane, .. } in &candidates {
            if lane.lane.uses_quota() && !rooms.contains_key(&lane.channel) {
                rooms.insert(lane.channel.clone(), Room::find(tx, &lane.channel, now).await?);
            }
        }
        if candidates.is_empty() {
            return Ok(None);
        }
        // As a claim does it: only now, after all that it may have waited for.
        let (now, granted) = (tx.now().await?, Instant::now());
        let budgets = Budgets::new(tx.has_budgets().await?);
        let (rows, lanes, planned) = (fresh.to_vec(), Vec::new(), HashMap::new());
        let mut at_once = Self { rows, lanes, budgets, planned, now, granted };
        let stops = Stops::find(tx, now, at_once.budgets.any).await?;
        let mut orders = Orders::of(fresh, now);
        for candidate in candidates {
            let room = rooms.entry(candidate.lane.channel.clone()).or_default();
            at_once.take(tx, candidate, hands, &stops, room, &mut orders).await?;
        }
        Ok(at_once.lanes.iter().any(|it| !it.taken.is_empty()).then_some(at_once))
    }

    async fn take<T: Tx>(
        &mut self,
        tx: &mut T,
        Candidate { lane, bucket, rows }: Candidate,
        hands: &Hands,
        stops: &Stops,
        room: &mut Room,
        orders: &mut Orders,
    ) -> Result<()> {
        let now = self.now;
        let rate = hands.offer.limits.of(&lane.channel, lane.lane);
        if bucket.held(now).is_some() || room.wait(&lane).is_some() {
            return Ok(());
        }
        if stops.stop(&lane) {
            return Ok(());
        }
        let mut stopped = stops.keys_in(&lane);
        if something_is_due(tx, &lane, &bucket, &stopped, now).await? {
            return Ok(());
        }
        let want = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let permits = Permits::take(tx, &lane, bucket, rate, want, now).await?;
        let Ok(mut permits) = permits else { return Ok(()) };
        if permits.count() < want {
            return permits.settle(tx, &lane, 0).await;
        }
        let keys =
            rows.iter().filter_map(|&at| self.rows.get(at)).map(|it| it.fairness_key.as_str());
        self.budgets.look_up(tx, keys, now).await?;
        let mut taken = Vec::with_capacity(rows.len());
        for at in rows {
            let Some(fresh) = self.rows.get_mut(at) else { continue };
            let row = fresh.as_row(0);
            if stopped.contains(&fresh.fairness_key) || !orders.may_go(tx, at, &row).await? {
                continue;
            }
            let mut delivery = fresh.delivery.clone();
            delivery.worker = Some(hands.offer.worker.clone());
            if delivery.claim(now, hands.offer.lease) != Claimed::Send {
                continue;
            }
            // Counted when it is known whether it is new.
            let planned = self.planned.entry(fresh.fairness_key.clone()).or_default();
            if !self.budgets.has_room(&row, *planned) {
                // All of the key behind it wait, too.
                stopped.push(fresh.fairness_key.clone());
                continue;
            }
            if !room.take(delivery.kind, delivery.recipients) {
                break;
            }
            if lane.lane.counts_recipients() {
                *planned += u64::from(delivery.recipients);
            }
            permits.serve(fresh.priority, &fresh.fairness_key);
            fresh.delivery = delivery;
            taken.push(at);
        }
        self.lanes.push(LaneAtOnce { lane, permits, taken });
        Ok(())
    }

    /// The places of the rows that go at once.
    pub(super) fn places(&self) -> BTreeSet<usize> {
        self.lanes.iter().flat_map(|it| it.taken.iter().copied()).collect()
    }

    /// Once the rows have ids, or none where their names stand for others already: what the worker gets, and what is to be
    /// written down around it.
    pub(super) async fn finish<T: Tx>(
        mut self,
        tx: &mut T,
        ids: &[Option<i64>],
        before: &[Fresh],
    ) -> Result<Handed> {
        let (mut jobs, mut effects) = (Vec::new(), Effects::default());
        for LaneAtOnce { lane, permits, taken } in self.lanes {
            let mut used = 0;
            for at in taken {
                let (Some(fresh), Some(before)) = (self.rows.get(at), before.get(at)) else {
                    continue;
                };
                let Some(id) = ids.get(at).copied().flatten() else { continue };
                // It fits, as was seen.
                self.budgets.charge(&before.as_row(id));
                let row = fresh.as_row(id);
                effects.note(Before::of(&before.delivery), &row);
                jobs.push(Job::new(row, fresh.payload.clone()));
                used += 1;
            }
            permits.settle(tx, &lane, used).await?;
        }
        effects.outcomes.extend(self.budgets.write(tx).await?);
        super::apply(tx, effects).await?;
        Ok(Handed { jobs, now: self.now, granted: self.granted })
    }
}

/// Locks the buckets of the lanes that the commit brings something that is due and that the worker has room for, in one
/// order, as a claim does.
async fn lock<T: Tx>(tx: &mut T, fresh: &[Fresh], hands: &Hands) -> Result<Vec<Candidate>> {
    let now = tx.now().await?;
    let mut lanes: BTreeMap<(&str, Lane), Vec<usize>> = BTreeMap::new();
    for (at, row) in fresh.iter().enumerate() {
        let is_one = row.delivery.due <= now && row.campaign.is_none();
        if is_one && hands.offer.channels.contains(&row.channel) {
            lanes.entry((&row.channel, row.delivery.lane())).or_default().push(at);
        }
    }
    let (mut candidates, mut room) = (Vec::new(), hands.room);
    for ((channel, lane), rows) in lanes {
        // Those that are counted one by one are few, and a claim looks at each.
        let is_exact = hands.offer.limits.of(channel, lane).is_some_and(pace::is_exact);
        if is_exact || rows.len() > room {
            continue;
        }
        let Some(bucket) = tx.free_bucket(channel, lane).await? else { continue };
        room -= rows.len();
        let (channel, fairness_key) = (channel.to_owned(), String::new());
        let lane = LaneDue { channel, lane, due: now, priority: Priority::Normal, fairness_key };
        candidates.push(Candidate { lane, bucket, rows });
    }
    Ok(candidates)
}

/// Whether a claim would find something to send in a lane, or cannot be told quickly.
async fn something_is_due<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    bucket: &Bucket,
    stopped: &[String],
    now: Time,
) -> Result<bool> {
    let search = KeySearch { served: &bucket.served, now, stopped, enough: 1, most: KEYS };
    let keys = tx.keys(&lane.channel, lane.lane, &search).await?;
    let of = |priority| keys.iter().filter(move |key| key.priority == priority).count();
    if keys.iter().any(|key| search.finds(key))
        || Priority::ALL.into_iter().any(|priority| of(priority) >= KEYS as usize)
    {
        return Ok(true);
    }
    // What is in doubt is cleared up although its key stands still.
    let kept: Vec<String> =
        keys.into_iter().filter(|key| key.due <= now).map(|key| key.fairness_key).collect();
    if kept.is_empty() {
        return Ok(false);
    }
    let doubted = tx.in_doubt(&lane.channel, lane.lane, &kept, 1).await?;
    Ok(doubted.iter().any(|(row, _)| row.delivery.due <= now))
}

/// Whose turn it is of the order keys that one commit brings.
struct Orders {
    /// The first row of each key.
    first: HashMap<OrderKey, usize>,
    /// The channels whose order keys it decides about, and whether it may.
    kept: HashMap<String, bool>,
}

impl Orders {
    fn of(fresh: &[Fresh], now: Time) -> Self {
        let mut first: HashMap<OrderKey, usize> = HashMap::new();
        let due = fresh.iter().enumerate().filter(|(_, row)| row.delivery.due <= now);
        let turn = |at: usize| fresh.get(at).map(|row| (row.delivery.due, at));
        for (at, row) in due {
            let Some(key) = order::key_of(&row.as_row(0)) else { continue };
            let known = first.entry(key).or_insert(at);
            if turn(at) < turn(*known) {
                *known = at;
            }
        }
        Self { first, kept: HashMap::new() }
    }

    /// Whether nobody of its key is in the way of a row.
    async fn may_go<T: Tx>(&mut self, tx: &mut T, at: usize, row: &Row) -> Result<bool> {
        let Some(key) = order::key_of(row) else { return Ok(true) };
        if self.first.get(&key) != Some(&at) {
            return Ok(false);
        }
        if !self.kept.contains_key(&row.channel) {
            self.kept.insert(row.channel.clone(), tx.keep_order(&row.channel, true).await?);
        }
        // With an id behind all others.
        let last = Row { id: i64::MAX, ..row.clone() };
        Ok(self.kept.get(&row.channel).copied().unwrap_or_default()
            && tx.ahead(&[&last]).await?.is_empty())
    }
}
