//! What fairness keys may still send, and what people say of that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    Lane, Time,
    budget::{Beyond, Budget, Per},
    outcome::OutcomeKind,
    store::{ReadStep, Reads, Result, Row, Tx, WriteStep},
};

/// The budgets of one transaction: each is read and locked when its first send is looked at, and written at the end.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    /// Whether there are any at all.
    pub(super) any: bool,
    /// What was asked for: none where a key has none.
    known: BTreeMap<String, Option<Known>>,
}

#[derive(Debug)]
struct Known {
    before: Budget,
    now: Budget,
}

/// Whether a budget has room for a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Enough,
    /// It has to wait.
    Wait,
    /// It is not sent at all.
    Never,
}

impl Budgets {
    pub(super) fn new(any: bool) -> Self {
        Self { any, ..Self::default() }
    }

    /// Gets the budgets of these keys. Only those that have one are locked.
    pub(super) async fn look_up<T: Tx>(
        &mut self,
        tx: &mut T,
        keys: impl Iterator<Item = &str> + Send,
        now: Time,
    ) -> Result<()> {
        if !self.any {
            return Ok(());
        }
        let new: BTreeSet<&str> = keys.filter(|key| !self.known.contains_key(*key)).collect();
        let new: Vec<String> = new.into_iter().map(str::to_owned).collect();
        if new.is_empty() {
            return Ok(());
        }
        let found = tx.lock_budgets(&new).await?;
        self.known.extend(new.into_iter().map(|key| (key, None)));
        for budget in found {
            let now = budget.at(now);
            let known = Known { before: now.clone(), now };
            self.known.insert(known.now.fairness_key.clone(), Some(known));
        }
        Ok(())
    }

    /// Whether a send fits beside so many other recipients of its key.
    pub(super) fn has_room(&mut self, row: &Row, beside: u64) -> bool {
        let recipients = beside.saturating_add(row.delivery.recipients.into());
        self.of(row).is_none_or(|budget| budget.fits(recipients))
    }

    /// Counts a send, if its key's budget has room for it. One in doubt was counted before.
    pub(super) fn charge(&mut self, row: &Row) -> Room {
        let Some(budget) = self.of(row) else { return Room::Enough };
        if row.delivery.maybe_landed() {
            return Room::Enough;
        }
        match (budget.charge(row.delivery.recipients), budget.beyond) {
            (true, _) => Room::Enough,
            (false, Beyond::Wait) => Room::Wait,
            (false, Beyond::Cancel) => Room::Never,
        }
    }

    /// It is not sent after all. One that was in doubt before goes on counting.
    pub(super) fn put_back(&mut self, row: &Row, was_in_doubt: bool, now: Time) {
        let recipients = row.delivery.recipients;
        if !was_in_doubt && let Some(budget) = self.of(row) {
            budget.free(now, recipients);
        }
    }

    fn of(&mut self, row: &Row) -> Option<&mut Budget> {
        let counts = Lane::of(row.delivery.kind).counts_recipients();
        let known = self.known.get_mut(&row.fairness_key)?.as_mut().filter(|_| counts)?;
        Some(&mut known.now)
    }

    /// Writes down what has changed. What is to be told is told at the end of the step.
    pub(super) async fn write<T: Tx>(
        self,
        tx: &mut T,
    ) -> Result<Vec<(OutcomeKind, Option<i64>, Value)>> {
        let mut told = Vec::new();
        for Known { before, now } in self.known.into_values().flatten() {
            if now == before {
                continue;
            }
            tx.save_budget(&now).await?;
            if now.is_nearly_used_up() && !before.is_nearly_used_up() {
                told.push((OutcomeKind::BudgetNearlyUsedUp, None, data(&now)));
            }
            if now.used_up && !before.used_up {
                told.push((OutcomeKind::BudgetUsedUp, None, data(&now)));
            }
        }
        Ok(told)
    }
}

/// What was counted surely was not sent: when each was counted, and how many recipients.
pub(super) async fn free<T: Tx>(
    tx: &mut T,
    freed: BTreeMap<String, Vec<(Time, u32)>>,
) -> Result<()> {
    if freed.is_empty() || !tx.has_budgets().await? {
        return Ok(());
    }
    let now = tx.now().await?;
    let keys: Vec<String> = freed.keys().cloned().collect();
    for budget in tx.lock_budgets(&keys).await? {
        let mut budget = budget.at(now);
        for (at, recipients) in freed.get(&budget.fairness_key).into_iter().flatten() {
            budget.free(*at, *recipients);
        }
        tx.save_budget(&budget).await?;
    }
    Ok(())
}

fn data(budget: &Budget) -> Value {
    // Texts, numbers and times, which JSON has.
    serde_json::to_value(budget).unwrap_or_else(|_| json!({}))
}

/// Gives a fairness key a budget, or another one.
#[derive(Debug)]
pub(crate) struct SetBudget {
    pub(crate) key: String,
    pub(crate) limit: u64,
    pub(crate) per: Per,
    pub(crate) beyond: Beyond,
}

impl WriteStep for SetBudget {
    type Out = Budget;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Budget> {
        let now = tx.now().await?;
        tx.note_budgets(true).await?;
        let known = tx.lock_budgets(std::slice::from_ref(&self.key)).await?.pop();
        let new = Budget::new(self.key.clone(), self.limit, self.per, self.beyond, now);
        let budget = match known.map(|it| it.at(now)) {
            // What was used counts on.
            Some(known) if known.per == self.per => {
                let Budget { used, since, until, .. } = known;
                Budget { used, since, until, ..new }
            }
            _ => new,
        };
        tx.save_budget(&budget).await?;
        Ok(budget)
    }
}

/// Lets a fairness key send what it likes. Whether it had a budget.
#[derive(Debug)]
pub(crate) struct ClearBudget(pub(crate) String);

impl WriteStep for ClearBudget {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        // In this order, as where one is set, so that no two wait for each other.
        tx.note_budgets(true).await?;
        let had = !tx.lock_budgets(std::slice::from_ref(&self.0)).await?.is_empty();
        tx.remove_budget(&self.0).await?;
        let others = !tx.budgets().await?.is_empty();
        tx.note_budgets(others).await?;
        Ok(had)
    }
}

/// All budgets, as they are now.
#[derive(Debug)]
pub(crate) struct ListBudgets;

impl ReadStep for ListBudgets {
    type Out = Vec<Budget>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Vec<Budget>> {
        let now = tx.now().await?;
        now_of_all(tx, now).await
    }
}

pub(super) async fn now_of_all<T: Reads>(tx: &mut T, now: Time) -> Result<Vec<Budget>> {
    Ok(tx.budgets().await?.into_iter().map(|it| it.at(now)).collect())
}

/// Brings budgets of another store here.
#[derive(Debug)]
pub(crate) struct ImportBudgets(pub(crate) Vec<Budget>);

impl WriteStep for ImportBudgets {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for budget in &self.0 {
            tx.save_budget(budget).await?;
        }
        tx.note_budgets(!self.0.is_empty()).await
    }
}
