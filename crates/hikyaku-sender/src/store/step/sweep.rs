use std::time::Duration;

use hikyaku_model::limits::RETRY_KEY_USE;

use super::{aside, history::History, order};
use crate::{
    Time,
    store::{
        ReadStep, Reads, Result, Row, Tx, WriteStep,
        row::{Before, Effects},
    },
};

/// Tidies up: leases that ended, keys that are spent, rows that are long done.
#[derive(Debug)]
pub(crate) struct Sweep {
    /// How long finished rows are kept.
    pub(crate) keep: Duration,
    pub(crate) limit: u32,
}

/// How long outcomes are kept at least.
const OUTCOMES_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a caller who has waited may still be told of a refusal, before programs are told of it.
const STILL_TOLD: Duration = Duration::from_secs(10);

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Deliveries whose worker did not come back.
    pub(crate) leases: u64,
    /// Deliveries in doubt whose retry key is spent.
    pub(crate) keys: u64,
    /// Rows of cancelled campaigns that a program had no time to withdraw.
    pub(crate) withdrawn: u64,
    /// Deliveries that stand still, and keep others of their order keys waiting no longer.
    pub(crate) aside: u64,
    /// Finished rows that were removed.
    pub(crate) pruned: u64,
    /// Whether another sweep at once would find more.
    pub(crate) more: bool,
    /// Whether some delivery is still in flight, here or elsewhere.
    pub(crate) leased: bool,
}

impl WriteStep for Sweep {
    type Out = Swept;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Swept> {
        let now = tx.now().await?;
        let mut swept = Swept::default();
        let (mut effects, mut history) = (Effects::default(), History::default());
        let mut rows = tx.overdue(now, now - RETRY_KEY_USE, self.limit).await?;
        swept.more = rows.len() >= self.limit as usize;
        for row in &mut rows {
            let before = Before::of(&row.delivery);
            if row.delivery.end_lease(now) {
                swept.leases += 1;
                history.lost(row);
            }
            swept.keys += u64::from(row.delivery.end_key(now));
            effects.note(before, row);
        }
        tx.save(&rows).await?;
        history.write(tx).await?;
        order::let_go(tx, rows.iter().filter_map(order::key_of).collect()).await?;
        let mut untold = tx.untold(now - STILL_TOLD, self.limit).await?;
        swept.more |= untold.len() >= self.limit as usize;
        for row in &mut untold {
            row.delivery.watched_until = None;
            effects.tell_late(row);
        }
        tx.save(&untold).await?;
        swept.pruned = tx.prune(now - self.keep, self.limit).await?;
        // Long enough for a listener that is not reached to be tried again and again.
        let kept = self.keep.max(OUTCOMES_KEPT);
        swept.more |= tx.forget_outcomes(now - kept, self.limit).await? >= u64::from(self.limit);
        swept.more |= swept.pruned >= u64::from(self.limit);
        swept.aside = aside::set_aside(tx, self.limit).await?;
        swept.more |= swept.aside > 0;
        swept.leased = tx.is_leased().await?;
        super::apply(tx, effects).await?;
        Ok(swept)
    }
}

/// Cancelled campaigns with rows that are still to be withdrawn: some of them.
#[derive(Debug)]
pub(crate) struct Cancelled(pub(crate) u32);

impl ReadStep for Cancelled {
    type Out = Vec<i64>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Vec<i64>> {
        tx.cancelled(self.0).await
    }
}

/// Ends leases before their time, because whoever had them is known to be gone. How many.
#[derive(Debug)]
pub(crate) struct EndLeases(pub(crate) u32);

impl WriteStep for EndLeases {
    type Out = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<u64> {
        end_leases(tx, self.0).await
    }
}

pub(super) async fn end_leases<T: Tx>(tx: &mut T, limit: u32) -> Result<u64> {
    let now = tx.now().await?;
    let rows = tx.overdue(Time::from_millis(i64::MAX), now - RETRY_KEY_USE, limit).await?;
    take_back(tx, rows).await
}

/// Ends the leases of these rows, and what else is over. How many changed.
pub(crate) async fn take_back<T: Tx>(tx: &mut T, mut rows: Vec<Row>) -> Result<u64> {
    let now = tx.now().await?;
    let (mut effects, mut history) = (Effects::default(), History::default());
    let mut ended = 0;
    for row in &mut rows {
        let before = Before::of(&row.delivery);
        row.delivery.lease_until = row.delivery.lease_until.map(|until| until.min(now));
        let lost = row.delivery.end_lease(now);
        if lost {
            history.lost(row);
        }
        ended += u64::from(lost || row.delivery.end_key(now));
        effects.note(before, row);
    }
    tx.save(&rows).await?;
    history.write(tx).await?;
    order::let_go(tx, rows.iter().filter_map(order::key_of).collect()).await?;
    super::apply(tx, effects).await?;
    Ok(ended)
}
