//! The reference: plain collections under one lock. Nothing outlives the program.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use super::{
    CampaignCounts, CampaignRow, CampaignState, Campaigns, Cursor, Deliveries, Found, Fresh,
    KeyDue, KeySearch, LaneDue, Lanes, Move, NewCampaign, News, OutcomeCursorRow, Outcomes,
    Payload, Quota, ReadStep, Reads, Result, Row, Stored, Tables, Takers, Tx, WriteStep, fenced,
    fits::fits, now_or_never,
};
use crate::{
    Attempt, Beyond, Budget, Clock, Datum, Error, ErrorKind, Hold, HoldId, Lane, Priority, State,
    Time,
    attempt::NEWEST,
    delivery::{Delivery, Place},
    fairness,
    filter::Filter,
    outcome::{NewOutcome, Outcome},
    pace::Bucket,
};

#[derive(Debug)]
pub(crate) struct MemoryStore {
    state: Mutex<Memory>,
    clock: Clock,
    news: News,
    takers: Takers,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    last_id: i64,
    rows: BTreeMap<i64, Stored>,
    buckets: BTreeMap<(String, Lane), Bucket>,
    sends: BTreeMap<(String, Lane), Vec<Time>>,
    quotas: BTreeMap<String, Quota>,
    last_hold: i64,
    holds: BTreeMap<HoldId, Hold>,
    budgets: BTreeMap<String, Budget>,
    attempts: BTreeMap<(i64, i64), Attempt>,
    last_campaign: i64,
    campaigns: BTreeMap<i64, CampaignRow>,
    seen: BTreeSet<(i64, String)>,
    moved: Option<Move>,
    last_outcome: i64,
    outcomes: BTreeMap<i64, Outcome>,
    outcome_cursors: BTreeMap<String, OutcomeCursorRow>,
}

impl MemoryStore {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { state: Mutex::default(), clock, news: News::default(), takers: Takers::default() }
    }

    pub(crate) fn news(&self) -> &News {
        &self.news
    }

    pub(crate) fn takers(&self) -> &Takers {
        &self.takers
    }

    pub(crate) fn time(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // All or nothing: a step that fails changes a copy.
        let mut memory = state.clone();
        let mut tx = MemoryTx { memory: &mut memory, clock: &self.clock };
        let mut out = now_or_never(fenced(&step, &mut tx))?;
        *state = memory;
        step.committed(&mut out);
        Ok(out)
    }

    pub(crate) fn read<S: ReadStep>(&self, step: &S) -> Result<S::Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        now_or_never(step.run(&mut MemoryTx { memory: &mut state, clock: &self.clock }))
    }
}

struct MemoryTx<'a> {
    memory: &'a mut Memory,
    clock: &'a Clock,
}

impl MemoryTx<'_> {
    fn rows(&self, keep: impl Fn(&Stored) -> bool) -> impl Iterator<Item = &Stored> {
        self.memory.rows.values().filter(move |stored| keep(stored))
    }

    /// Rows of a lane that may be claimed, now or later.
    fn waiting(&self, channel: &str, lane: Lane) -> impl Iterator<Item = &Stored> {
        self.rows(move |it| {
            let Row { channel: of, delivery, .. } = &it.row;
            claimable(delivery) && of == channel && delivery.lane() == lane
        })
    }
}

fn claimable(delivery: &Delivery) -> bool {
    let is_behind = delivery.order.as_ref().is_some_and(|order| order.place == Place::Behind);
    matches!(delivery.state, State::Ready | State::Tracking) && !is_behind
}

/// Whether it is ready or in flight, and has an order key.
fn is_ordered(delivery: &Delivery) -> bool {
    delivery.order.is_some() && matches!(delivery.state, State::Ready | State::InFlight)
}

fn turn(row: &Row) -> Option<(Time, i64)> {
    Some((row.delivery.order.as_ref()?.turn?, row.id))
}

impl Tx for MemoryTx<'_> {
    async fn save_moved(&mut self, moved: &Move) -> Result<()> {
        self.memory.moved = Some(moved.clone());
        Ok(())
    }
}

impl Tables for MemoryTx<'_> {
    async fn query(&mut self, _: &str, _: &[Datum]) -> Result<Vec<Vec<Datum>>> {
        let what = "a store in memory keeps no tables; use sqlite:PATH or postgres://…";
        Err(Error::new(ErrorKind::Unsuitable(what.to_owned())))
    }
}

impl Deliveries for MemoryTx<'_> {
    async fn insert(&mut self, rows: &[Fresh]) -> Result<Vec<Option<i64>>> {
        let mut ids = Vec::with_capacity(rows.len());
        for fresh in rows {
            let taken = fresh.idempotency_key.is_some()
                && self.memory.rows.values().any(|stored| {
                    stored.row.channel == fresh.channel
                        && stored.row.idempotency_key == fresh.idempotency_key
                });
            if taken {
                ids.push(None);
                continue;
            }
            self.memory.last_id += 1;
            let id = self.memory.last_id;
            let row = Row {
                id,
                channel: fresh.channel.clone(),
                campaign: fresh.campaign,
                created_at: fresh.created_at,
                idempotency_key: fresh.idempotency_key.clone(),
                reference: fresh.reference.clone(),
                tells: fresh.tells,
                fairness_key: fresh.fairness_key.clone(),
                delivery: fresh.delivery.clone(),
            };
            let stored = Stored {
                row,
                priority: fresh.priority,
                chunk: fresh.chunk,
                payload: fresh.payload.clone(),
            };
            self.memory.rows.insert(id, stored);
            ids.push(Some(id));
        }
        Ok(ids)
    }

    async fn claimable(
        &mut self,
        channel: &str,
        lane: Lane,
        priority: Priority,
        keys: &[(String, u32)],
        now: Time,
    ) -> Result<Vec<Vec<(Row, Payload)>>> {
        let of_key = |(key, limit): &(String, u32)| {
            let mut found: Vec<&Stored> = self
                .waiting(channel, lane)
                .filter(|it| {
                    let is_due = it.row.delivery.due <= now;
                    is_due && it.priority == priority && it.row.fairness_key == *key
                })
                .collect();
            found.sort_by_key(|it| (it.row.delivery.due, it.row.id));
            let found = found.into_iter().take(*limit as usize);
            found.map(|it| (it.row.clone(), it.payload.clone())).collect()
        };
        Ok(keys.iter().map(of_key).collect())
    }

    async fn in_doubt(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        limit: u32,
    ) -> Result<Vec<(Row, Payload)>> {
        let doubted = self.waiting(channel, lane).filter(|it| {
            let delivery = &it.row.delivery;
            delivery.state == State::Ready
                && delivery.maybe_landed()
                && keys.contains(&it.row.fairness_key)
        });
        let mut found: Vec<&Stored> = doubted.collect();
        found.sort_by_key(|it| (it.row.delivery.due, it.row.id));
        let found = found.into_iter().take(limit as usize);
        Ok(found.map(|it| (it.row.clone(), it.payload.clone())).collect())
    }

    async fn load(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let rows =
            ids.iter().filter_map(|id| Some(self.memory.rows.get(id)?.row.clone())).collect();
        Ok(rows)
    }

    async fn load_unlocked(&mut self, ids: &[i64]) -> Result<Vec<Row>> {
        self.load(ids).await
    }

    async fn ahead(&mut self, rows: &[&Row]) -> Result<Vec<(i64, i64)>> {
        let mut pairs = Vec::new();
        for row in rows {
            let of_key = |it: &Stored| {
                let key = |row: &Row| row.delivery.order.as_ref().map(|order| order.key.clone());
                it.row.id != row.id && it.row.channel == row.channel && key(&it.row) == key(row)
            };
            let others = || self.rows(|it| is_ordered(&it.row.delivery) && of_key(it));
            let in_flight_or_overtaken = others()
                .map(|it| &it.row)
                .filter(|it| it.delivery.state == State::InFlight || turn(it).is_none());
            let ready = others().map(|it| &it.row).filter(|it| it.delivery.state == State::Ready);
            let before = ready.filter(|it| turn(it).is_some() && turn(it) < turn(row));
            let others = in_flight_or_overtaken.chain(before.max_by_key(|it| turn(it)));
            pairs.extend(others.map(|it| (row.id, it.id)));
        }
        Ok(pairs)
    }

    async fn keep_order(&mut self, _: &str, _: bool) -> Result<bool> {
        Ok(true)
    }

    async fn fronts(&mut self, keys: &[(String, String)]) -> Result<Vec<Row>> {
        let mut fronts = Vec::new();
        for (channel, key) in keys {
            let mut rows: Vec<&Row> = self
                .rows(|it| {
                    let order = it.row.delivery.order.as_ref();
                    is_ordered(&it.row.delivery)
                        && it.row.channel == *channel
                        && order.is_some_and(|order| order.key == *key && order.turn.is_some())
                })
                .map(|it| &it.row)
                .collect();
            rows.sort_by_key(|row| turn(row));
            fronts.extend(rows.into_iter().take(2).cloned());
        }
        Ok(fronts)
    }

    async fn save(&mut self, rows: &[Row]) -> Result<()> {
        for row in rows {
            if let Some(stored) = self.memory.rows.get_mut(&row.id) {
                stored.row = row.clone();
            }
        }
        Ok(())
    }

    async fn free_name(&mut self, id: i64) -> Result<()> {
        if let Some(stored) = self.memory.rows.get_mut(&id) {
            stored.row.idempotency_key = None;
        }
        Ok(())
    }

    async fn overdue(&mut self, now: Time, key_cut: Time, limit: u32) -> Result<Vec<Row>> {
        let rows = self
            .rows(|it| {
                let delivery = &it.row.delivery;
                match delivery.state {
                    State::InFlight => delivery.lease_until.is_some_and(|until| until <= now),
                    State::Ready => {
                        delivery.maybe_landed()
                            && delivery.key_used_at.is_some_and(|at| at <= key_cut)
                    }
                    _ => false,
                }
            })
            .take(limit as usize)
            .map(|it| it.row.clone())
            .collect();
        Ok(rows)
    }

    async fn untold(&mut self, until: Time, limit: u32) -> Result<Vec<Row>> {
        let untold = self.rows(|it| {
            let delivery = &it.row.delivery;
            let is_refused = matches!(delivery.state, State::Rejected | State::Cancelled);
            is_refused && delivery.watched_until.is_some_and(|watched| watched <= until)
        });
        Ok(untold.take(limit as usize).map(|it| it.row.clone()).collect())
    }

    async fn campaign_rows(
        &mut self,
        campaign: i64,
        state: State,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let rows = self
            .rows(|it| {
                it.row.campaign == Some(campaign)
                    && it.row.delivery.state == state
                    && it.row.id > after
            })
            .take(limit as usize)
            .map(|it| it.row.clone())
            .collect();
        Ok(rows)
    }

    async fn save_attempts(&mut self, attempts: &[(i64, Attempt)]) -> Result<()> {
        let kept = &mut self.memory.attempts;
        for (delivery, attempt) in attempts {
            let of = (*delivery, i64::MIN)..=(*delivery, i64::MAX);
            kept.insert((*delivery, attempt.number), attempt.clone());
            let numbers: Vec<i64> = kept.range(of).map(|((_, number), _)| *number).collect();
            for old in numbers.iter().rev().skip(NEWEST as usize) {
                kept.remove(&(*delivery, *old));
            }
        }
        Ok(())
    }

    async fn prune(&mut self, before: Time, limit: u32) -> Result<u64> {
        let old: Vec<i64> = self
            .rows(|it| {
                let delivery = &it.row.delivery;
                super::row::is_prunable(delivery.state)
                    && delivery.due < before
                    && it.row.created_at < before
            })
            .take(limit as usize)
            .map(|it| it.row.id)
            .collect();
        for id in &old {
            self.memory.attempts.retain(|(of, _), _| of != id);
            self.memory.rows.remove(id);
        }
        Ok(old.len() as u64)
    }
}

impl Lanes for MemoryTx<'_> {
    async fn bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        Ok(self.memory.buckets.get(&(channel.to_owned(), lane)).cloned())
    }

    async fn free_bucket(&mut self, channel: &str, lane: Lane) -> Result<Option<Bucket>> {
        let new = Bucket::new(self.clock.now());
        Ok(Some(self.bucket(channel, lane).await?.unwrap_or(new)))
    }

    async fn save_bucket(&mut self, channel: &str, lane: Lane, bucket: &Bucket) -> Result<()> {
        self.memory.buckets.insert((channel.to_owned(), lane), bucket.clone());
        Ok(())
    }

    async fn insert_hold(&mut self, hold: &Hold) -> Result<HoldId> {
        self.memory.last_hold += 1;
        let id = HoldId(self.memory.last_hold);
        self.memory.holds.insert(id, Hold { id, ..hold.clone() });
        Ok(id)
    }

    async fn remove_hold(&mut self, id: HoldId) -> Result<bool> {
        Ok(self.memory.holds.remove(&id).is_some())
    }

    async fn lock_budgets(&mut self, keys: &[String]) -> Result<Vec<Budget>> {
        Ok(keys.iter().filter_map(|key| self.memory.budgets.get(key).cloned()).collect())
    }

    async fn save_budget(&mut self, budget: &Budget) -> Result<()> {
        self.memory.budgets.insert(budget.fairness_key.clone(), budget.clone());
        Ok(())
    }

    async fn remove_budget(&mut self, key: &str) -> Result<()> {
        self.memory.budgets.remove(key);
        Ok(())
    }

    async fn note_budgets(&mut self, _: bool) -> Result<()> {
        Ok(())
    }

    async fn log_sends(&mut self, channel: &str, lane: Lane, at: &[Time]) -> Result<()> {
        self.memory.sends.entry((channel.to_owned(), lane)).or_default().extend(at);
        Ok(())
    }

    async fn forget_sends(&mut self, channel: &str, lane: Lane, until: Time) -> Result<()> {
        if let Some(sends) = self.memory.sends.get_mut(&(channel.to_owned(), lane)) {
            sends.retain(|at| *at > until);
        }
        Ok(())
    }

    async fn lock_quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        self.quota(channel).await
    }

    async fn save_quota(&mut self, channel: &str, quota: &Quota) -> Result<()> {
        self.memory.quotas.insert(channel.to_owned(), quota.clone());
        Ok(())
    }
}

impl Outcomes for MemoryTx<'_> {
    async fn tell(&mut self, outcomes: &[NewOutcome]) -> Result<()> {
        for outcome in outcomes {
            self.memory.last_outcome += 1;
            let id = self.memory.last_outcome;
            self.memory.outcomes.insert(id, outcome.clone().at(id));
        }
        Ok(())
    }

    async fn import_outcomes(&mut self, outcomes: &[Outcome], mark: i64) -> Result<()> {
        self.memory.outcomes.extend(outcomes.iter().map(|it| (it.id, it.clone())));
        self.memory.last_outcome = self.memory.last_outcome.max(mark);
        Ok(())
    }

    async fn lock_outcome_cursor(&mut self, name: &str) -> Result<OutcomeCursorRow> {
        let new =
            || OutcomeCursorRow { name: name.to_owned(), after: 0, reader: None, until: None };
        Ok(self.memory.outcome_cursors.entry(name.to_owned()).or_insert_with(new).clone())
    }

    async fn save_outcome_cursor(&mut self, cursor: &OutcomeCursorRow) -> Result<()> {
        self.memory.outcome_cursors.insert(cursor.name.clone(), cursor.clone());
        Ok(())
    }

    async fn remove_outcome_cursor(&mut self, name: &str) -> Result<()> {
        self.memory.outcome_cursors.remove(name);
        Ok(())
    }

    async fn forget_outcomes(&mut self, before: Time, limit: u32) -> Result<u64> {
        let oldest = self.memory.outcomes.values().take(limit as usize);
        let old: Vec<i64> = oldest.filter(|it| it.at < before).map(|it| it.id).collect();
        for id in &old {
            self.memory.outcomes.remove(id);
        }
        Ok(old.len() as u64)
    }
}

impl Campaigns for MemoryTx<'_> {
    async fn insert_campaign(&mut self, campaign: &NewCampaign) -> Result<Option<i64>> {
        let taken = campaign.idempotency_key.is_some()
            && self.memory.campaigns.values().any(|it| {
                it.spec.channel == campaign.channel
                    && it.spec.idempotency_key == campaign.idempotency_key
            });
        if taken {
            return Ok(None);
        }
        self.memory.last_campaign += 1;
        let id = self.memory.last_campaign;
        let campaign = CampaignRow {
            id,
            spec: campaign.clone(),
            cursor: Cursor::default(),
            counts: CampaignCounts::default(),
        };
        self.memory.campaigns.insert(id, campaign);
        Ok(Some(id))
    }

    async fn lock_campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        self.campaign(id).await
    }

    async fn save_campaign(&mut self, campaign: &CampaignRow) -> Result<()> {
        if let Some(stored) = self.memory.campaigns.get_mut(&campaign.id) {
            stored.spec.state = campaign.spec.state;
            stored.cursor = campaign.cursor.clone();
        }
        Ok(())
    }

    async fn remove_campaign(&mut self, id: i64) -> Result<()> {
        self.memory.campaigns.remove(&id);
        Ok(())
    }

    async fn add_counts(&mut self, campaign: i64, counts: CampaignCounts) -> Result<bool> {
        let Some(stored) = self.memory.campaigns.get_mut(&campaign) else { return Ok(false) };
        stored.counts = stored.counts.plus(counts);
        Ok(stored.is_over())
    }

    async fn remember(&mut self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        Ok(ids.iter().map(|id| self.memory.seen.insert((campaign, id.clone()))).collect())
    }

    async fn forget(&mut self, campaign: i64) -> Result<()> {
        self.memory.seen.retain(|(of, _)| *of != campaign);
        Ok(())
    }
}

impl Reads for MemoryTx<'_> {
    async fn now(&mut self) -> Result<Time> {
        Ok(self.clock.now())
    }

    async fn moved(&mut self) -> Result<Option<Move>> {
        Ok(self.memory.moved.clone())
    }

    async fn by_key(&mut self, channel: &str, key: &str) -> Result<Option<(Row, Payload)>> {
        let found = self
            .rows(|it| it.row.channel == channel && it.row.idempotency_key.as_deref() == Some(key))
            .map(|it| (it.row.clone(), it.payload.clone()))
            .next();
        Ok(found)
    }

    async fn stopped(&mut self) -> Result<Vec<String>> {
        let stopped = self
            .memory
            .campaigns
            .values()
            .filter(|it| matches!(it.spec.state, CampaignState::Paused | CampaignState::Held));
        Ok(stopped.map(|it| fairness::of_campaign(it.id)).collect())
    }

    async fn due(
        &mut self,
        channels: &[String],
        stopped: &[String],
        _enough: Time,
    ) -> Result<Vec<LaneDue>> {
        let mut lanes = Vec::new();
        for channel in channels {
            for &lane in Lane::ALL {
                let waiting = self.waiting(channel, lane);
                let waiting = waiting.filter(|it| !stopped.contains(&it.row.fairness_key));
                let first = waiting.min_by_key(|it| {
                    (it.row.delivery.due, Reverse(it.priority), it.row.fairness_key.as_str())
                });
                lanes.extend(first.map(|it| LaneDue {
                    channel: channel.clone(),
                    lane,
                    due: it.row.delivery.due,
                    priority: it.priority,
                    fairness_key: it.row.fairness_key.clone(),
                }));
            }
        }
        Ok(lanes)
    }

    async fn keys(
        &mut self,
        channel: &str,
        lane: Lane,
        search: &KeySearch<'_>,
    ) -> Result<Vec<KeyDue>> {
        let mut keys: BTreeMap<(Reverse<Priority>, bool, &str), Time> = BTreeMap::new();
        for it in self.waiting(channel, lane) {
            let comes_round = it.row.fairness_key.as_str() <= search.served.by(it.priority);
            let key = (Reverse(it.priority), comes_round, it.row.fairness_key.as_str());
            let due = keys.entry(key).or_insert(it.row.delivery.due);
            *due = (*due).min(it.row.delivery.due);
        }
        let key = |((Reverse(priority), _, key), due): ((Reverse<Priority>, bool, &str), Time)| {
            KeyDue { priority, fairness_key: key.to_owned(), due }
        };
        Ok(keys.into_iter().map(key).collect())
    }

    async fn channels(&mut self) -> Result<Vec<String>> {
        let rows = self.rows(|it| claimable(&it.row.delivery));
        let channels: BTreeSet<String> = rows.map(|it| it.row.channel.clone()).collect();
        Ok(channels.into_iter().collect())
    }

    async fn is_leased(&mut self) -> Result<bool> {
        Ok(self.rows(|it| it.row.delivery.state == State::InFlight).next().is_some())
    }

    async fn buckets(&mut self) -> Result<Vec<(String, Lane, Bucket)>> {
        let buckets = self.memory.buckets.iter();
        Ok(buckets.map(|((channel, lane), it)| (channel.clone(), *lane, it.clone())).collect())
    }

    async fn holds(&mut self) -> Result<Vec<Hold>> {
        Ok(self.memory.holds.values().cloned().collect())
    }

    async fn has_budgets(&mut self) -> Result<bool> {
        Ok(!self.memory.budgets.is_empty())
    }

    async fn budgets(&mut self) -> Result<Vec<Budget>> {
        Ok(self.memory.budgets.values().cloned().collect())
    }

    async fn used_up_budgets(&mut self, now: Time) -> Result<Vec<Budget>> {
        let used_up = |it: &&Budget| it.used_up && it.beyond == Beyond::Wait && now < it.until;
        Ok(self.memory.budgets.values().filter(used_up).cloned().collect())
    }

    async fn sends_since(&mut self, channel: &str, lane: Lane, since: Time) -> Result<Vec<Time>> {
        let sends = self.memory.sends.get(&(channel.to_owned(), lane)).into_iter().flatten();
        Ok(sends.copied().filter(|at| *at > since).collect())
    }

    async fn quota(&mut self, channel: &str) -> Result<Option<Quota>> {
        Ok(self.memory.quotas.get(channel).cloned())
    }

    async fn campaign_by_key(
        &mut self,
        channel: &str,
        key: &str,
    ) -> Result<Option<(i64, Vec<u8>)>> {
        let found = self.memory.campaigns.values().find(|it| {
            it.spec.channel == channel && it.spec.idempotency_key.as_deref() == Some(key)
        });
        Ok(found.map(|it| (it.id, it.spec.digest.clone())))
    }

    async fn campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        Ok(self.memory.campaigns.get(&id).cloned())
    }

    async fn campaign_state(&mut self, id: i64) -> Result<Option<CampaignState>> {
        Ok(self.memory.campaigns.get(&id).map(|it| it.spec.state))
    }

    async fn campaigns(&mut self, limit: u32) -> Result<Vec<CampaignRow>> {
        Ok(self.memory.campaigns.values().rev().take(limit as usize).cloned().collect())
    }

    async fn cancelled(&mut self, limit: u32) -> Result<Vec<i64>> {
        let waits = |id| {
            let waits = |it: &Stored| {
                it.row.campaign == Some(id)
                    && it.row.delivery.state == State::Ready
                    && !it.row.delivery.maybe_landed()
            };
            self.rows(waits).next().is_some()
        };
        let campaigns = self.memory.campaigns.values();
        let found =
            campaigns.filter(|it| it.spec.state == CampaignState::Cancelled && waits(it.id));
        Ok(found.take(limit as usize).map(|it| it.id).collect())
    }

    async fn remembered(
        &mut self,
        campaign: i64,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        let seen =
            self.memory.seen.iter().filter(|(of, id)| {
                *of == campaign && after.is_none_or(|after| id.as_str() > after)
            });
        Ok(seen.take(limit as usize).map(|(_, id)| id.clone()).collect())
    }

    async fn list(&mut self, filter: &Filter) -> Result<Found> {
        let fitting = self.memory.rows.values().rev().filter(|it| fits(filter, it));
        Ok(Found::all(fitting.take(filter.limit as usize).cloned().collect()))
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        Ok(self.memory.rows.get(&id).cloned())
    }

    async fn attempts(&mut self, from: i64, to: i64) -> Result<Vec<(i64, Attempt)>> {
        let found = self.memory.attempts.range((from, i64::MIN)..=(to, i64::MAX));
        Ok(found.map(|((delivery, _), attempt)| (*delivery, attempt.clone())).collect())
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        Ok(self.rows(|it| it.row.id > id).take(limit as usize).cloned().collect())
    }

    async fn outcomes(&mut self, after: i64, limit: u32) -> Result<Vec<Outcome>> {
        let found = self.memory.outcomes.range(after.saturating_add(1)..);
        Ok(found.take(limit as usize).map(|(_, it)| it.clone()).collect())
    }

    async fn outcome_mark(&mut self) -> Result<i64> {
        Ok(self.memory.last_outcome)
    }

    async fn outcomes_after(&mut self, after: i64) -> Result<(u64, Option<Time>)> {
        let found = self.memory.outcomes.range(after.saturating_add(1)..);
        let times: Vec<Time> = found.map(|(_, it)| it.at).collect();
        Ok((times.len() as u64, times.into_iter().min()))
    }

    async fn outcome_cursors(&mut self) -> Result<Vec<OutcomeCursorRow>> {
        Ok(self.memory.outcome_cursors.values().cloned().collect())
    }

    async fn outcome_cursor(&mut self, name: &str) -> Result<Option<OutcomeCursorRow>> {
        Ok(self.memory.outcome_cursors.get(name).cloned())
    }

    async fn due_counts(&mut self, now: Time) -> Result<Vec<(String, Lane, u64)>> {
        let mut lanes: BTreeMap<(String, Lane), u64> = BTreeMap::new();
        for stored in self.rows(|it| {
            let delivery = &it.row.delivery;
            matches!(delivery.state, State::Ready | State::Tracking) && delivery.due <= now
        }) {
            let Row { channel, delivery, .. } = &stored.row;
            *lanes.entry((channel.clone(), delivery.lane())).or_default() += 1;
        }
        Ok(lanes.into_iter().map(|((channel, lane), count)| (channel, lane, count)).collect())
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let counted = State::ALL
            .iter()
            .map(|&state| (state, self.rows(|it| it.row.delivery.state == state).count() as u64));
        Ok(counted.filter(|(_, count)| *count > 0).collect())
    }
}
