use super::{MemoryTx, is_ordered, turn};
use crate::{
    Attempt, Lane, Priority, State, Time,
    attempt::NEWEST,
    delivery::Place,
    store::{Deliveries, Fresh, Payload, Result, Row, Stored, row::is_prunable},
};

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
            let stored = Stored {
                row: fresh.as_row(id),
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

    async fn in_the_way(
        &mut self,
        channel: &str,
        lane: Lane,
        keys: &[String],
        now: Time,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let found = self.waiting(channel, lane).filter(|it| {
            let delivery = &it.row.delivery;
            let in_order = delivery.order.as_ref();
            delivery.state == State::Ready
                && delivery.due <= now
                && delivery.key_used_at.is_none()
                && in_order.is_some_and(|order| order.place != Place::Aside)
                && keys.contains(&it.row.fairness_key)
        });
        Ok(found.take(limit as usize).map(|it| it.row.clone()).collect())
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
            let ready = ready.filter(|it| !is_aside(it));
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
                .filter(|row| !is_aside(row))
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

    async fn save_as_claimed(&mut self, rows: &[Row]) -> Result<Vec<bool>> {
        let saved = rows.iter().map(|row| {
            let stored = self.memory.rows.get_mut(&row.id).filter(|stored| {
                stored.row.is_first_flight() && stored.row.delivery.fence == row.delivery.fence
            });
            stored.map(|stored| stored.row = row.clone()).is_some()
        });
        Ok(saved.collect())
    }

    async fn tell_acceptance(&mut self, id: i64) -> Result<()> {
        if let Some(stored) = self.memory.rows.get_mut(&id) {
            stored.row.tells = true;
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
                is_prunable(delivery.state) && delivery.due < before && it.row.created_at < before
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

fn is_aside(row: &Row) -> bool {
    row.delivery.order.as_ref().is_some_and(|order| order.place == Place::Aside)
}
