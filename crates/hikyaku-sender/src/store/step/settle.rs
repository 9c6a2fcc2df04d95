use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use hikyaku_model::SendKind;

use super::{
    history::History,
    order::{self, OrderKey},
};
use crate::{
    Lane, Time, attempt,
    delivery::{Delivery, Outcome, Settlement, State},
    key,
    store::{
        Fresh, Payload, Result, Row, Stored, Tx, WriteStep,
        row::{Before, Effects},
    },
};

/// What came of one claim.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) id: i64,
    pub(crate) fence: i64,
    pub(crate) outcome: Outcome,
    /// The request, where one was made.
    pub(crate) request: Option<attempt::Attempt>,
    /// LINE's answer as it came, where it accepted the request.
    pub(crate) answer: Option<String>,
    /// The row as it was claimed, where it is known.
    pub(crate) claimed: Option<Row>,
}

/// Applies what came of attempts.
#[derive(Debug)]
pub(crate) struct Settle(pub(crate) Arc<[Attempt]>);

/// What one of them came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settled {
    pub(crate) id: i64,
    pub(crate) channel: String,
    pub(crate) campaign: Option<i64>,
    pub(crate) kind: SendKind,
    pub(crate) recipients: u32,
    pub(crate) attempts: u32,
    /// Since it was enqueued or, where its first attempt was meant to be later, since then.
    pub(crate) took: Duration,
    /// The caller's own JSON.
    pub(crate) reference: Option<String>,
    pub(crate) state: State,
    /// Whether it is a narrowcast that was accepted before and was only looked after.
    pub(crate) looked_after: bool,
    /// Whether the row took the outcome; otherwise it had moved on.
    pub(crate) applied: bool,
    /// Whether a caller may still wait for it, here or elsewhere.
    pub(crate) is_watched: bool,
}

impl Settled {
    /// Whether LINE has just accepted it, or it has come to another end.
    pub(crate) fn has_ended(&self) -> bool {
        let over = self.state.is_final() || self.state == State::Tracking;
        self.applied && over && !self.looked_after
    }
}

impl WriteStep for Settle {
    type Out = Vec<Settled>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let now = tx.now().await?;
        let mut attempts: Vec<&Attempt> = self.0.iter().collect();
        attempts.sort_by_key(|it| it.id);
        let mut done = Done { now, ..Done::default() };
        let others = done.settle_as_claimed(tx, attempts).await?;
        done.settle(tx, others).await?;
        let Done { settled, effects, history, split, ordered, unspent, .. } = done;
        history.write(tx).await?;
        for id in split {
            if let Some(parent) = tx.show(id).await? {
                tx.insert(&halves(&parent)).await?;
            }
        }
        for ((channel, lane), permits) in unspent {
            if let Some(mut bucket) = tx.bucket(&channel, lane).await? {
                bucket.put_back(permits);
                tx.save_bucket(&channel, lane, &bucket).await?;
            }
        }
        order::let_go(tx, ordered).await?;
        super::apply(tx, effects).await?;
        Ok(settled)
    }
}

/// What one settlement has done so far.
#[derive(Default)]
struct Done {
    now: Time,
    settled: Vec<Settled>,
    effects: Effects,
    history: History,
    /// Rows that are to be cut in two.
    split: Vec<i64>,
    /// The order keys of those that are no longer in flight.
    ordered: BTreeSet<OrderKey>,
    /// The permits that were not used.
    unspent: BTreeMap<(String, Lane), u32>,
}

impl Done {
    /// Settles those whose row is known and has not changed since it was claimed, without another look at it. Gives the others.
    async fn settle_as_claimed<'a, T: Tx>(
        &mut self,
        tx: &mut T,
        attempts: Vec<&'a Attempt>,
    ) -> Result<Vec<&'a Attempt>> {
        let is_known = |it: &&Attempt| {
            it.claimed
                .as_ref()
                .is_some_and(|row| row.delivery.fence == it.fence && row.is_first_flight())
        };
        let (known, mut others): (Vec<_>, Vec<_>) = attempts.into_iter().partition(is_known);
        if known.is_empty() {
            return Ok(others);
        }
        let mut rows: Vec<Row> = known.iter().filter_map(|it| it.claimed.clone()).collect();
        let mut changes: Vec<Change> = rows.iter().map(Change::of).collect();
        for ((row, change), it) in rows.iter_mut().zip(&mut changes).zip(&known) {
            change.apply(row, it, &mut self.history, self.now);
        }
        let saved = tx.save_as_claimed(&rows).await?;
        for (((row, change), it), saved) in rows.into_iter().zip(changes).zip(known).zip(saved) {
            if saved {
                self.note(row, &change);
            } else {
                others.push(it);
            }
        }
        others.sort_by_key(|it| it.id);
        Ok(others)
    }

    async fn settle<T: Tx>(&mut self, tx: &mut T, attempts: Vec<&Attempt>) -> Result<()> {
        if attempts.is_empty() {
            return Ok(());
        }
        let mut ids: Vec<i64> = attempts.iter().map(|it| it.id).collect();
        ids.dedup();
        let mut rows = tx.load(&ids).await?;
        let mut changes: Vec<Change> = rows.iter().map(Change::of).collect();
        let mut attempts = attempts.into_iter().peekable();
        for (row, change) in rows.iter_mut().zip(&mut changes) {
            while let Some(it) = attempts.next_if(|it| it.id <= row.id) {
                // The row of one before it is there no more.
                if it.id == row.id {
                    change.apply(row, it, &mut self.history, self.now);
                }
            }
        }
        tx.save(&rows).await?;
        for (row, change) in rows.into_iter().zip(changes) {
            self.note(row, &change);
        }
        Ok(())
    }

    /// A row was written that was changed so.
    fn note(&mut self, row: Row, change: &Change) {
        let &Change { before, since, applied, looked_after, splits, unspent } = change;
        if applied {
            self.ordered.extend(order::key_of(&row));
        }
        if splits {
            self.split.push(row.id);
        }
        if unspent > 0 {
            let lane = (row.channel.clone(), row.delivery.lane());
            *self.unspent.entry(lane).or_default() += unspent;
        }
        self.effects.note(before, &row);
        let Row { id, channel, campaign, reference, delivery, .. } = row;
        self.settled.push(Settled {
            id,
            channel,
            campaign,
            kind: delivery.kind,
            recipients: delivery.recipients,
            attempts: delivery.attempts,
            took: self.now.since(since),
            reference,
            state: delivery.state,
            looked_after,
            applied,
            is_watched: delivery.watched_until.is_some_and(|until| until >= self.now),
        });
    }
}

/// What attempts make of a row.
struct Change {
    before: Before,
    /// Since when it was to be sent.
    since: Time,
    applied: bool,
    looked_after: bool,
    splits: bool,
    /// How many permits of its lane were not used.
    unspent: u32,
}

impl Change {
    fn of(row: &Row) -> Self {
        let since = match row.delivery.attempts {
            0 | 1 => row.created_at.max(row.delivery.due),
            _ => row.created_at,
        };
        let before = Before::of(&row.delivery);
        Self { before, since, applied: false, looked_after: false, splits: false, unspent: 0 }
    }

    fn apply(&mut self, row: &mut Row, it: &Attempt, history: &mut History, now: Time) {
        if let Some(request) = &it.request {
            history.note(row, request);
        }
        self.looked_after |= matches!(it.outcome, Outcome::Tracked(_));
        match row.delivery.settle(it.fence, it.outcome.clone(), now) {
            Settlement::Applied => {
                self.applied = true;
                if it.answer.is_some() {
                    row.delivery.answer.clone_from(&it.answer);
                }
                if it.outcome == Outcome::NotSent {
                    self.unspent += 1;
                }
            }
            Settlement::Split => {
                self.applied = true;
                self.splits = true;
            }
            Settlement::Stale => {}
        }
    }
}

/// Two rows instead of one that was rejected for one of its recipients. They share its idempotency key's fate but
/// not the key itself, which stays with their parent.
fn halves(parent: &Stored) -> Vec<Fresh> {
    let Row { channel, campaign, reference, tells, delivery, .. } = &parent.row;
    parent
        .payload
        .recipients
        .halves()
        .into_iter()
        .zip(key::halves(delivery.retry_key))
        .map(|(recipients, retry_key)| {
            let count = u32::try_from(recipients.ids().len()).unwrap_or(u32::MAX);
            // Before the rest of its list, so that a bad id is found, or that it is good, before all of it is cut.
            let due = delivery.due - Duration::from_millis(1);
            let mut half = Delivery::new(delivery.kind, count, retry_key, due);
            half.on_unknown = delivery.on_unknown;
            half.expires_at = delivery.expires_at;
            half.order = delivery.order.clone().map(|mut order| {
                order.turn = order.turn.map(|turn| turn - Duration::from_millis(1));
                order
            });
            Fresh {
                channel: channel.clone(),
                campaign: *campaign,
                chunk: None,
                priority: parent.priority,
                fairness_key: parent.row.fairness_key.clone(),
                idempotency_key: None,
                takes_over: false,
                reference: reference.clone(),
                tells: *tells,
                payload: Payload {
                    recipients,
                    body: parent.payload.body.clone(),
                    trace: parent.payload.trace.clone(),
                },
                delivery: half,
                created_at: parent.row.created_at,
            }
        })
        .collect()
}
