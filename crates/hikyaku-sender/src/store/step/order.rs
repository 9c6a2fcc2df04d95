use std::collections::{BTreeSet, HashMap};

use crate::{
    State, Time,
    delivery::{Ahead, Delivery, Turn},
    store::{Result, Row, Tx},
};

/// How often rows that others change meanwhile are looked at again.
const TRIES: usize = 10;

/// An order key: its channel and itself.
pub(super) type OrderKey = (String, String);

/// The order key of a row.
pub(super) fn key_of(row: &Row) -> Option<OrderKey> {
    row.delivery.order.as_ref().map(|order| (row.channel.clone(), order.key.clone()))
}

/// What one claim knows of the order keys that it has met.
#[derive(Default)]
pub(super) struct Turns {
    met: HashMap<OrderKey, Met>,
    /// Who is in the way of the rows of this round, by their ids.
    around: HashMap<i64, Around>,
    /// Rows that were overtaken.
    pub(super) overtaken: Vec<Row>,
    /// When the first of the rows falls due that were told to wait.
    pub(super) later: Option<Time>,
    /// Whether another round has to decide about some that are due.
    pub(super) goes_on: bool,
    /// Keys of rows that have ended without being sent.
    pub(super) ended: BTreeSet<OrderKey>,
    /// The channels whose order keys it decides about, and whether it may.
    kept: HashMap<String, bool>,
}

/// A row of the claim's own that is in the way of those that come after it.
struct Met {
    is_in_flight: bool,
    turn: (Option<Time>, i64),
}

struct Around {
    rows: Vec<Row>,
    is_unclear: bool,
}

impl Turns {
    /// Looks who is in the way of these rows. Only rows that it could lock decide: a later change finds what
    /// this claim writes.
    pub(super) async fn look_around<'a, T: Tx>(
        &mut self,
        tx: &mut T,
        rows: impl Iterator<Item = &'a Row> + Send,
    ) -> Result<()> {
        self.around.clear();
        let mut first = HashMap::new();
        let mut asking = Vec::new();
        for row in rows {
            let Some(key) = key_of(row) else { continue };
            // Those behind one of the same round follow from it.
            let turn = turn(row);
            if !self.is_behind(&key, turn) && first.get(&key).is_none_or(|first| turn < *first) {
                first.insert(key, turn);
                asking.push(row);
            }
        }
        for row in &asking {
            if !self.kept.contains_key(&row.channel) {
                self.kept.insert(row.channel.clone(), tx.keep_order(&row.channel, false).await?);
            }
        }
        // Somebody puts a row there that cannot be seen yet; the next round sees it.
        asking.retain(|row| self.kept.get(&row.channel).copied().unwrap_or_default());
        if asking.is_empty() {
            return Ok(());
        }
        let found = tx.ahead(&asking).await?;
        let ids: BTreeSet<i64> = found.iter().map(|(_, id)| *id).collect();
        let locked = tx.load_unlocked(&Vec::from_iter(ids)).await?;
        // What has ended meanwhile leaves it open who is in the way now.
        let is_open = |row: &Row| matches!(row.delivery.state, State::Ready | State::InFlight);
        let locked = locked.into_iter().filter(is_open);
        let locked: HashMap<i64, Row> = locked.map(|row| (row.id, row)).collect();
        for row in asking {
            let others = found.iter().filter(|(of, _)| *of == row.id).map(|(_, id)| locked.get(id));
            let others: Option<Vec<Row>> = others.map(Option::<&Row>::cloned).collect();
            let is_unclear = others.is_none();
            self.around.insert(row.id, Around { rows: others.unwrap_or_default(), is_unclear });
        }
        Ok(())
    }

    fn is_behind(&self, key: &OrderKey, turn: (Option<Time>, i64)) -> bool {
        self.met.get(key).is_some_and(|met| {
            met.is_in_flight || (turn.0.is_some() && met.turn.0.is_some() && turn > met.turn)
        })
    }

    /// Whether a row may be claimed. One that may not is changed to wait, or left for the next round.
    pub(super) fn may_claim(&mut self, row: &mut Row, lane_since: Option<Time>, now: Time) -> bool {
        let Some(key) = key_of(row) else { return true };
        let turn = turn(row);
        let taken = if self.is_behind(&key, turn) {
            row.delivery.wait_turn(&Ahead::Another, lane_since, now)
        } else {
            let Some(around) = self.around.get_mut(&row.id) else {
                self.goes_on = true;
                return false;
            };
            let ahead = around.ahead(turn);
            let taken = row.delivery.wait_turn(&ahead, lane_since, now);
            if taken == Turn::Overtakes
                && let Some(mut before) = around.take_before(turn)
            {
                self.goes_on = true;
                before.delivery.is_overtaken();
                self.overtaken.push(before);
            }
            taken
        };
        if taken == Turn::NotCome {
            let later = Some(row.delivery.due).filter(|due| *due > now);
            self.later = self.later.into_iter().chain(later).min();
            self.met.entry(key).or_insert(Met { is_in_flight: false, turn });
        }
        taken == Turn::Come
    }

    /// A row was claimed that may be.
    pub(super) fn claimed(&mut self, row: &Row) {
        let Some(key) = key_of(row) else { return };
        if row.delivery.state.is_final() {
            self.ended.insert(key);
        } else {
            // A reply that has become a push has its turn still, in another lane.
            let is_in_flight = row.delivery.state != State::Ready;
            self.met.insert(key, Met { is_in_flight, turn: turn(row) });
        }
    }
}

fn turn(row: &Row) -> (Option<Time>, i64) {
    (row.delivery.order.as_ref().and_then(|order| order.turn), row.id)
}

fn is_before(row: &Row, than: (Option<Time>, i64)) -> bool {
    let of = turn(row);
    of.0.is_some() && than.0.is_some() && of < than
}

impl Around {
    fn ahead(&self, turn: (Option<Time>, i64)) -> Ahead<'_> {
        if self.is_unclear {
            return Ahead::Unclear;
        }
        if self.rows.iter().any(|row| row.delivery.state == State::InFlight) {
            return Ahead::Another;
        }
        let before = self.rows.iter().find(|row| is_before(row, turn));
        before.map_or(Ahead::Nobody, |row| Ahead::Waiting(&row.delivery))
    }

    fn take_before(&mut self, turn: (Option<Time>, i64)) -> Option<Row> {
        let at = self.rows.iter().position(|row| is_before(row, turn))?;
        Some(self.rows.swap_remove(at))
    }
}

/// Writes rows back that have ended, or keep nobody waiting any more, and lets others of their order keys go.
pub(super) async fn save<T: Tx>(tx: &mut T, rows: &[Row]) -> Result<()> {
    tx.save(rows).await?;
    let_go(tx, rows.iter().filter_map(key_of).collect()).await
}

/// After a row of these keys has ended or is to be tried again: lets the next one go, and lets the one behind it overtake
/// it in time.
pub(super) async fn let_go<T: Tx>(tx: &mut T, mut keys: BTreeSet<OrderKey>) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let now = tx.now().await?;
    for _ in 0..TRIES {
        if keys.is_empty() {
            return Ok(());
        }
        let mut changed = changed_fronts(tx.fronts(&Vec::from_iter(keys)).await?, now);
        keys = BTreeSet::new();
        let ids: Vec<i64> = changed.keys().copied().collect();
        let locked = if ids.is_empty() { Vec::new() } else { tx.load(&ids).await? };
        // What another transaction has changed meanwhile is looked at again.
        let mut same = Vec::with_capacity(locked.len());
        for row in locked {
            if let Some((before, after)) = changed.remove(&row.id)
                && before == row.delivery
            {
                same.push(after);
            } else if let Some(key) = key_of(&row) {
                keys.insert(key);
            }
        }
        keys.extend(changed.into_values().filter_map(|(_, row)| key_of(&row)));
        tx.save(&same).await?;
    }
    Ok(())
}

/// Of the first two rows of each key, in their order: those that change, with what they were before.
fn changed_fronts(rows: Vec<Row>, now: Time) -> HashMap<i64, (Delivery, Row)> {
    let mut changed = HashMap::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(mut first) = rows.next() {
        let key = key_of(&first);
        let second = rows.next_if(|row| key_of(row) == key);
        let before = first.delivery.clone();
        let is_free = first.delivery.set_free();
        if let Some(mut second) = second {
            let before = second.delivery.clone();
            if second.delivery.may_overtake(&first.delivery, now) {
                changed.insert(second.id, (before, second));
            }
        }
        if is_free {
            changed.insert(first.id, (before, first));
        }
    }
    changed
}
