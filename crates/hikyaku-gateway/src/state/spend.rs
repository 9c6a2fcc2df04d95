use std::time::Duration;

use hikyaku_sender::{
    Datum, DeliveryId, Enqueued, Error as StoreError, NewDelivery, State as DeliveryState, Time,
    Transaction, Work,
};
use serde::Serialize;

use super::{
    State,
    row::{Row, rows, whole},
};
use crate::Error;

/// LINE's months are those of Japan.
const JAPAN: Duration = Duration::from_secs(9 * 60 * 60);

/// What a send costs, and whom.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    /// A token or a key that has a budget.
    pub(crate) owner: String,
    /// How many recipients its sends may reach in a month.
    pub(crate) budget: u64,
    /// How many this one reaches.
    pub(crate) cost: u64,
    /// What tells the operator that most of the budget is used, where there is anybody to tell.
    pub(crate) alert: Option<NewDelivery>,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) budget: u64,
    pub(crate) used: u64,
    /// Whether most of it is used now, and this was not so before.
    pub(crate) is_nearly_all: bool,
}

/// The result of enqueuing a send that counts against a budget.
#[derive(Debug)]
pub(crate) enum Charged {
    /// It is in the outbox.
    Enqueued(Enqueued, Option<Spent>),
    /// It exceeds its budget; nothing was stored.
    UsedUp(Spent),
}

/// The usage of the budget of a token or key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SpendRow {
    /// `notify:` and a token's number, or `key:` and a key's name.
    pub owner: String,
    /// The number of recipients that its sends have reached, or may still reach, since the beginning of the month
    /// (Japan time).
    pub used: u64,
}

impl State {
    /// Enqueues a send, and counts its cost in the same transaction. `name` is its idempotency key: a repeat costs
    /// nothing.
    pub(crate) async fn enqueue(
        &self,
        delivery: NewDelivery,
        charge: Option<Charge>,
        name: Option<(&str, &str)>,
    ) -> Result<Charged, Error> {
        let Some(charge) = charge else {
            return Ok(Charged::Enqueued(self.outbox.enqueue(delivery).await?, None));
        };
        let charged = self.outbox.transact(Spend { delivery: delivery.clone(), charge }).await?;
        match (charged, name) {
            (Charged::UsedUp(spent), Some(name)) => self.is_a_repeat(delivery, name, spent).await,
            (charged, _) => Ok(charged),
        }
    }

    /// What has no room in its budget, unless it is in the outbox already under its name, in a channel.
    pub(super) async fn is_a_repeat(
        &self,
        delivery: NewDelivery,
        (channel, name): (&str, &str),
        spent: Spent,
    ) -> Result<Charged, Error> {
        match self.outbox.find(channel, name).await? {
            Some(existing) if !is_surely_not_sent(existing.state) => {
                Ok(Charged::Enqueued(self.outbox.enqueue(delivery).await?, Some(spent)))
            }
            _ => Ok(Charged::UsedUp(spent)),
        }
    }

    /// A send surely did not reach anybody, or cost nothing: what it had cost is given back, once.
    pub(crate) async fn give_back(&self, delivery: DeliveryId) -> Result<(), Error> {
        Ok(self.outbox.transact(GiveBack(delivery)).await?)
    }

    /// The same, where the send surely did not reach anybody.
    pub(crate) async fn give_back_if_not_sent(&self, delivery: DeliveryId) -> Result<(), Error> {
        let listed = self.outbox.show(delivery).await?;
        match listed.filter(|it| !it.may_have_landed && is_surely_not_sent(it.state)) {
            Some(_) => self.give_back(delivery).await,
            None => Ok(()),
        }
    }

    /// Returns how much of its budget an owner has used this month.
    pub(crate) async fn used(&self, owner: &str) -> Result<u64, Error> {
        let sql = "SELECT used FROM hikyaku_gateway_spend WHERE owner = $1 AND month = $2";
        let params = [owner.into(), month(self.outbox.now().await?).into()];
        let used = self.ask(sql, params, Row::count_if_any).await?.pop().flatten();
        Ok(used.unwrap_or_default())
    }

    /// Returns this month's usage of tokens and keys with a budget.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn spent(&self) -> Result<Vec<SpendRow>, Error> {
        let sql = "SELECT owner, used FROM hikyaku_gateway_spend WHERE month = $1 ORDER BY owner";
        let read = |row: &mut Row| SpendRow {
            owner: row.text(),
            used: row.count_if_any().unwrap_or_default(),
        };
        self.ask(sql, [month(self.outbox.now().await?).into()], read).await
    }

    /// The operator hears again when most of the budget is used: it is another one.
    pub(super) async fn may_be_told_again(&self, owner: &str) -> Result<(), Error> {
        let sql = "UPDATE hikyaku_gateway_spend SET told = 0 WHERE owner = $1";
        self.ask(sql, [owner.into()], |_| ()).await?;
        Ok(())
    }
}

/// Whether nobody got it, unless it is in doubt.
pub(super) fn is_surely_not_sent(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Rejected | DeliveryState::Cancelled | DeliveryState::Dropped)
}

/// The month of a time, as in `2026-11`.
pub(crate) fn month(at: Time) -> String {
    (at + JAPAN).to_string().chars().take(7).collect()
}

struct Spend {
    delivery: NewDelivery,
    charge: Charge,
}

impl Work for Spend {
    type Out = Charged;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Charged, StoreError> {
        let mut account = Account::open(tx, &self.charge).await?;
        if !account.has_room() {
            return Ok(Charged::UsedUp(account.spent));
        }
        let enqueued = tx.enqueue(self.delivery.clone()).await?;
        if !enqueued.existing {
            account.spend(tx, enqueued.id).await?;
        }
        Ok(Charged::Enqueued(enqueued, Some(account.spent)))
    }
}

/// An owner's month, in a transaction that has it for itself.
pub(super) struct Account<'a> {
    charge: &'a Charge,
    month: String,
    pub(super) spent: Spent,
    told: bool,
}

impl<'a> Account<'a> {
    pub(super) async fn open(
        tx: &mut Transaction<'_>,
        charge: &'a Charge,
    ) -> Result<Self, StoreError> {
        let month = month(tx.now().await?);
        // Made or locked: of two at once, the other waits.
        let sql = "INSERT INTO hikyaku_gateway_spend (owner, month, used) VALUES ($1, $2, 0) \
                   ON CONFLICT (owner, month) DO UPDATE SET used = hikyaku_gateway_spend.used RETURNING used, told";
        let key: [Datum; 2] = [charge.owner.as_str().into(), month.as_str().into()];
        let read = |row: &mut Row| (row.count_if_any().unwrap_or_default(), row.flag());
        let (used, told) = rows(tx, sql, &key, read).await?.pop().unwrap_or_default();
        let spent = Spent { budget: charge.budget, used, is_nearly_all: false };
        Ok(Self { charge, month, spent, told })
    }

    pub(super) fn has_room(&self) -> bool {
        self.spent.used.saturating_add(self.charge.cost) <= self.charge.budget
    }

    pub(super) async fn spend(
        &mut self,
        tx: &mut Transaction<'_>,
        id: DeliveryId,
    ) -> Result<(), StoreError> {
        let Charge { owner, budget, cost, alert } = self.charge;
        let used = self.spent.used.saturating_add(*cost);
        let is_nearly_all = used.saturating_mul(5) >= budget.saturating_mul(4) && !self.told;
        if self.spent.used == 0 {
            // It is the first of the month, perhaps.
            let sql = "DELETE FROM hikyaku_gateway_charge WHERE month < $1";
            tx.query(sql, &[self.month.as_str().into()]).await?;
        }
        let sql =
            "UPDATE hikyaku_gateway_spend SET used = $1, told = $2 WHERE owner = $3 AND month = $4";
        let told = i64::from(self.told || is_nearly_all);
        let [owner, month] = [owner.as_str().into(), self.month.as_str().into()];
        let params = [whole(used).into(), told.into(), Datum::clone(&owner), Datum::clone(&month)];
        tx.query(sql, &params).await?;
        let sql = "INSERT INTO hikyaku_gateway_charge (delivery, owner, month, cost) VALUES ($1, $2, $3, $4)";
        tx.query(sql, &[id.get().into(), owner, month, whole(*cost).into()]).await?;
        if let Some(alert) = alert.as_ref().filter(|_| is_nearly_all) {
            tx.enqueue(alert.clone()).await?;
        }
        self.spent = Spent { budget: *budget, used, is_nearly_all };
        Ok(())
    }
}

struct GiveBack(DeliveryId);

impl Work for GiveBack {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        give_back(tx, self.0).await
    }
}

/// What a delivery had cost is what another costs; whether it had cost anything.
pub(super) async fn move_charge(
    tx: &mut Transaction<'_>,
    from: DeliveryId,
    to: DeliveryId,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE hikyaku_gateway_charge SET delivery = $1 WHERE delivery = $2 RETURNING delivery";
    Ok(!tx.query(sql, &[to.get().into(), from.get().into()]).await?.is_empty())
}

/// Gives back what a delivery had cost, if it had cost anything.
pub(super) async fn give_back(
    tx: &mut Transaction<'_>,
    delivery: DeliveryId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM hikyaku_gateway_charge WHERE delivery = $1 RETURNING cost, owner, month";
    let read = |row: &mut Row| (row.number(), row.text(), row.text());
    for (cost, owner, month) in rows(tx, sql, &[delivery.get().into()], read).await? {
        let sql = "UPDATE hikyaku_gateway_spend SET used = CASE WHEN used < $1 THEN 0 ELSE used - $1 END \
                   WHERE owner = $2 AND month = $3";
        tx.query(sql, &[cost.into(), owner.into(), month.into()]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_japans() {
        // 2026-11-30T14:59:59Z and a second later.
        assert_eq!(month(Time::from_millis(1_796_050_799_000)), "2026-11");
        assert_eq!(month(Time::from_millis(1_796_050_800_000)), "2026-12");
    }
}
