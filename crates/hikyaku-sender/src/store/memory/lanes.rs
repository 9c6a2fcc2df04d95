use super::MemoryTx;
use crate::{
    Budget, Hold, HoldId, Lane, Time,
    pace::Bucket,
    store::{Lanes, Quota, Reads as _, Result},
};

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
