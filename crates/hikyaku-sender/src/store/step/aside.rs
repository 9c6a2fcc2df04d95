//! Letting others go past what stands still: a fairness key that is held, has used up its budget, or belongs to a campaign that is
//! paused keeps its own deliveries, and no others of their order keys.

use super::{order, stops::Stops};
use crate::store::{Result, Tx};

/// Sets aside what others may go past. How many deliveries: the next of the same keys may be in the way now.
pub(super) async fn set_aside<T: Tx>(tx: &mut T, limit: u32) -> Result<u64> {
    let now = tx.now().await?;
    let any_budgets = tx.has_budgets().await?;
    let stops = Stops::find(tx, now, any_budgets).await?;
    if !stops.any_key() {
        return Ok(0);
    }
    let channels = tx.channels().await?;
    let mut rows = Vec::new();
    for lane in tx.due(&channels, &[], now).await? {
        let keys = stops.keys_in(&lane);
        rows.extend(tx.in_the_way(&lane.channel, lane.lane, &keys, now, limit).await?);
    }
    for row in &mut rows {
        row.delivery.set_aside();
    }
    order::save(tx, &rows).await?;
    Ok(rows.len() as u64)
}
