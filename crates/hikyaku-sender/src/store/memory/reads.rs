use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{MemoryTx, claimable};
use crate::{
    Attempt, Beyond, Budget, Hold, Lane, Priority, State, Time, fairness,
    filter::Filter,
    outcome::Outcome,
    pace::Bucket,
    store::{
        CampaignRow, CampaignState, Found, KeyDue, KeySearch, LaneDue, Move, OutcomeCursorRow,
        Payload, Quota, Reads, Result, Row, Stored, fits::fits,
    },
};

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
