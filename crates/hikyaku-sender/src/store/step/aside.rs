//! Letting others go past what stands still: a fairness key that is held, has used up its budget, or belongs to a campaign that is
//! paused keeps its own deliveries, and no others of their order keys.

use super::{hold, order};
use crate::{
    Hold,
    store::{Result, Tx},
};

/// Sets aside what others may go past. How many deliveries: the next of the same keys may be in the way now.
pub(super) async fn set_aside<T: Tx>(tx: &mut T, limit: u32) -> Result<u64> {
    let now = tx.now().await?;
    let campaigns = tx.stopped().await?;
    let holds = hold::standing(tx, now).await?;
    let used_up = if tx.has_budgets().await? { tx.used_up_budgets(now).await? } else { Vec::new() };
    let on_keys = holds.iter().any(|hold| hold.fairness_key.is_some());
    if campaigns.is_empty() && used_up.is_empty() && !on_keys {
        return Ok(0);
    }
    let channels = tx.channels().await?;
    let mut rows = Vec::new();
    for lane in tx.due(&channels, &[], now).await? {
        let (mut keys, _) = Hold::on_keys(&holds, &lane.channel, lane.lane);
        keys.extend_from_slice(&campaigns);
        if lane.lane.counts_recipients() {
            keys.extend(used_up.iter().map(|budget| budget.fairness_key.clone()));
        }
        rows.extend(tx.in_the_way(&lane.channel, lane.lane, &keys, now, limit).await?);
    }
    for row in &mut rows {
        row.delivery.set_aside();
    }
    tx.save(&rows).await?;
    order::let_go(tx, rows.iter().filter_map(order::key_of).collect()).await?;
    Ok(rows.len() as u64)
}
