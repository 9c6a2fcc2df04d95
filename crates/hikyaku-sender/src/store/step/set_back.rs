use crate::{
    Time,
    store::{LaneDue, Result, Tx},
};

/// How many rows are looked at with one claim.
const ROWS: u32 = 1000;

/// What has waited since before a clock was set back falls due now: nobody meant it to wait until the clock is again
/// where it was. What is to be sent at a later time still is. Whether anything fell due.
pub(super) async fn fall_due<T: Tx>(tx: &mut T, lane: &LaneDue, now: Time) -> Result<bool> {
    if !is_next_from_the_future(tx, lane, now).await? {
        return Ok(false);
    }
    let rows = tx.claimable(&lane.channel, lane.lane, Time::from_millis(i64::MAX), ROWS).await?;
    let mut fell_due = Vec::new();
    for (mut row, _) in rows {
        let tried = row.delivery.claimed_at.is_some_and(|claimed| claimed > now);
        let at_once = row.created_at > now && row.delivery.due <= row.created_at;
        if row.delivery.due > now && (tried || at_once) {
            row.delivery.due = now;
            fell_due.push(row);
        }
    }
    tx.save(&fell_due).await?;
    Ok(!fell_due.is_empty())
}

/// Whether the row that falls due next was enqueued or tried at a time that has not come.
async fn is_next_from_the_future<T: Tx>(tx: &mut T, lane: &LaneDue, now: Time) -> Result<bool> {
    let next = tx.claimable(&lane.channel, lane.lane, lane.due, 1).await?;
    let Some((next, _)) = next.first() else { return Ok(false) };
    Ok(next.created_at > now || next.delivery.claimed_at.is_some_and(|claimed| claimed > now))
}
