//! Whose turn it is in a lane: within a priority, each fairness key with due rows gets one.

use super::permits::Permits;
use crate::{
    Priority, Time,
    store::{KeyDue, KeySearch, LaneDue, Result, Tx},
};

/// How many keys of each priority one claim looks at, whether they have due rows or not: so many steps through the index
/// it takes at most. The next claim goes on where it stopped.
const KEYS: u32 = 256;

/// The keys of one priority whose turn it is, the first that has it first.
pub(super) struct Turn {
    pub(super) priority: Priority,
    pub(super) keys: Vec<String>,
    /// The last key that was looked at, where there may be others with due rows.
    pub(super) goes_on_after: Option<String>,
}

/// Finds whose turns are next, the most urgent first: of up to `want` keys with due rows.
pub(super) async fn find<T: Tx>(
    tx: &mut T,
    lane: &LaneDue,
    permits: &Permits,
    stopped: &[String],
    want: u32,
    now: Time,
) -> Result<Vec<Turn>> {
    let served = permits.served();
    let search = KeySearch { served, now, stopped, enough: want, most: KEYS };
    let keys = tx.keys(&lane.channel, lane.lane, &search).await?;
    let mut turns: Vec<Turn> =
        Priority::ALL.into_iter().filter_map(|priority| turn(priority, &keys, &search)).collect();
    if turns.iter().all(|turn| turn.keys.is_empty()) && !stopped.contains(&lane.fairness_key) {
        // Those that were looked at wait for later, and there is one that does not.
        let known = turns.iter_mut().find(|turn| turn.priority == lane.priority);
        if let Some(turn) = known {
            turn.keys.push(lane.fairness_key.clone());
        }
    }
    Ok(turns)
}

fn turn(priority: Priority, keys: &[KeyDue], search: &KeySearch<'_>) -> Option<Turn> {
    let (mut looked, mut found, mut last) = (0, Vec::new(), None);
    let of_priority = keys.iter().filter(|key| key.priority == priority);
    for key in of_priority.take(search.most as usize) {
        looked += 1;
        last = Some(&key.fairness_key);
        if search.finds(key) {
            found.push(key.fairness_key.clone());
        }
        if found.len() >= search.enough as usize {
            break;
        }
    }
    let all = looked < search.most && found.len() < search.enough as usize;
    let last = last?.clone();
    Some(Turn { priority, keys: found, goes_on_after: (!all).then_some(last) })
}

/// Shares permits out: to each key one after the other, as often as it goes round.
pub(super) fn shares(keys: &[String], permits: u32) -> Vec<(String, u32)> {
    let count = u32::try_from(keys.len()).unwrap_or(u32::MAX).max(1);
    let (each, more) = (permits / count, permits % count);
    let share = |(place, key): (u32, &String)| (key.clone(), each + u32::from(place < more));
    (0..).zip(keys).map(share).filter(|(_, share)| *share > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_shared_out_to_the_last() {
        let keys: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let counts = |permits| shares(&keys, permits).into_iter().map(|(_, it)| it).collect();
        let shared: [Vec<u32>; 3] = [counts(2), counts(3), counts(8)];
        assert_eq!(shared, [vec![1, 1], vec![1, 1, 1], vec![3, 3, 2]]);
    }
}
