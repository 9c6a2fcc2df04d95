//! What people do: holds, budgets, and single deliveries.

use hikyaku_model::Checker;

use super::Outbox;
use crate::{
    Act, Beyond, Budget, DeliveryId, Error, Hold, HoldId, NewHold, Per,
    new_delivery::check_name,
    store::step::{ActOnOne, ClearBudget, EndHold, ListBudgets, ListHolds, PlaceHold, SetBudget},
};

impl Outbox {
    /// Stops sends until the hold is released or ends. All workers obey it within a second, also after a restart.
    /// Requests in flight complete, and more sends can be enqueued.
    ///
    /// The 23 hours of the retry keys of deliveries in doubt continue to run. If several holds apply, sends continue
    /// when the last one is released.
    ///
    /// # Errors
    /// The channel, reason or name is empty or too long, the end is in the past, or the store failed to commit it.
    pub async fn hold(&self, hold: NewHold) -> Result<Hold, Error> {
        let hold = hold.placed(self.0.store.time().await?)?;
        self.0.store.run(PlaceHold(hold)).await
    }

    /// Releases a hold, and returns it.
    ///
    /// # Errors
    /// The hold does not exist or has ended, or the store failed to commit it.
    pub async fn release(&self, id: impl Into<HoldId>) -> Result<Hold, Error> {
        let hold = self.0.store.run(EndHold(id.into())).await?;
        self.0.store.news().tell();
        self.0.store.wake().await?;
        Ok(hold)
    }

    /// Returns the active holds, the oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn holds(&self) -> Result<Vec<Hold>, Error> {
        self.0.store.read(ListHolds).await
    }

    /// Sets a budget: the sends of one fairness key can reach at most this many recipients in a day or a month. It
    /// counts pushes and multicasts in all channels. `campaign:17` is the key of campaign 17. A new budget for the same
    /// period keeps the count of the old one. All workers obey it at their next claim, also after a restart.
    ///
    /// A send that exceeds the budget waits, or is cancelled and reported as an outcome, according to `beyond`; so do
    /// all sends behind it, even smaller ones. Deliveries in doubt have been counted already, and are resolved even
    /// beyond the budget. A send with more recipients than the whole budget never fits.
    ///
    /// # Errors
    /// The key is empty or too long, or the store failed to commit it.
    pub async fn set_budget(
        &self,
        fairness_key: impl Into<String>,
        recipients: u64,
        per: Per,
        beyond: Beyond,
    ) -> Result<Budget, Error> {
        let key = fairness_key.into();
        let mut checker = Checker::default();
        check_name("fairness_key", &key, &mut checker);
        checker.finish().map_err(Error::invalid)?;
        let budget = self.0.store.run(SetBudget { key, limit: recipients, per, beyond }).await?;
        self.wake_workers().await?;
        Ok(budget)
    }

    /// Removes the budget of a fairness key. Returns whether it had one.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn clear_budget(&self, fairness_key: impl Into<String>) -> Result<bool, Error> {
        let had = self.0.store.run(ClearBudget(fairness_key.into())).await?;
        self.wake_workers().await?;
        Ok(had)
    }

    /// Returns the budgets of fairness keys, with the used part of each.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn budgets(&self) -> Result<Vec<Budget>, Error> {
        self.0.store.read(ListBudgets).await
    }

    /// Withdraws a delivery that surely was not sent.
    ///
    /// # Errors
    /// It may have been sent, it is finished, or it does not exist.
    pub async fn cancel(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Cancel).await
    }

    /// Retries a rejected or unknown delivery. An unknown one keeps its retry key while LINE remembers it, so that it
    /// cannot be delivered twice; after that it needs [`retry_may_duplicate`](Self::retry_may_duplicate).
    ///
    /// # Errors
    /// It is not a dead letter, its key is too old, or it does not exist.
    pub async fn retry(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: false }).await
    }

    /// Retries a delivery like [`retry`](Self::retry), and an unknown one even if nothing prevents it from arriving
    /// twice.
    ///
    /// # Errors
    /// It is not a dead letter, or it does not exist.
    pub async fn retry_may_duplicate(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: true }).await
    }

    /// Discards a dead letter.
    ///
    /// # Errors
    /// It is not a dead letter, or it does not exist.
    pub async fn drop_dead_letter(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Drop).await
    }

    async fn act(&self, id: DeliveryId, act: Act) -> Result<(), Error> {
        self.0.store.run(ActOnOne { id: id.0, act }).await?;
        self.0.store.news().tell();
        Ok(())
    }
}
