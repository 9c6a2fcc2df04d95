use super::turns::shares;
use crate::{
    Priority, Time,
    fairness::Served,
    store::{KeySearch, LaneDue, Payload, Result, Row, Tx},
};

/// How many rows are looked at with one claim.
const ROWS: u32 = 1000;

/// What has waited since before a clock was set back falls due now: nobody meant it to wait until the clock is again
/// where it was. What is to be sent at a later time still is. Whether anything fell due.
pub(super) async fn fall_due<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    stopped: &[String],
    now: Time,
) -> Result<bool> {
    if !is_next_from_the_future(tx, lane, now).await? {
        return Ok(false);
    }
    let mut fell_due = Vec::new();
    for (mut row, _) in waiting(tx, lane, stopped).await? {
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
    let key = [(lane.fairness_key.clone(), 1)];
    let next = tx.claimable(&lane.channel, lane.lane, lane.priority, &key, lane.due).await?;
    let Some((next, _)) = next.first().and_then(|rows| rows.first()) else { return Ok(false) };
    Ok(next.created_at > now || next.delivery.claimed_at.is_some_and(|claimed| claimed > now))
}

/// Rows of a lane that wait, some of each key.
async fn waiting<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    stopped: &[String],
) -> Result<Vec<(Row, Payload)>> {
    let now = Time::from_millis(i64::MAX);
    let search = KeySearch { served: &Served::default(), now, stopped, enough: ROWS, most: ROWS };
    let found = tx.keys(&lane.channel, lane.lane, &search).await?;
    let mut rows = Vec::new();
    for priority in Priority::ALL {
        let keys = found.iter().filter(|key| key.priority == priority && search.finds(key));
        let keys: Vec<String> = keys.map(|key| key.fairness_key.clone()).collect();
        let shares = shares(&keys, ROWS);
        let due = tx.claimable(&lane.channel, lane.lane, priority, &shares, now).await?;
        rows.extend(due.into_iter().flatten());
    }
    Ok(rows)
}
