use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use hikyaku_model::SendKind;

use super::{history::History, order};
use crate::{
    Lane, attempt,
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
        let mut ids: Vec<i64> = attempts.iter().map(|it| it.id).collect();
        ids.dedup();
        let mut rows = tx.load(&ids).await?;
        let mut attempts = attempts.into_iter().peekable();
        let (mut effects, mut history) = (Effects::default(), History::default());
        let mut came = Vec::with_capacity(rows.len());
        let mut split = Vec::new();
        let mut ordered = BTreeSet::new();
        let mut unspent: BTreeMap<(String, Lane), u32> = BTreeMap::new();
        for row in &mut rows {
            let before = Before::of(&row.delivery);
            let since = match row.delivery.attempts {
                0 | 1 => row.created_at.max(row.delivery.due),
                _ => row.created_at,
            };
            let (mut applied, mut looked_after) = (false, false);
            while let Some(it) = attempts.next_if(|it| it.id <= row.id) {
                if it.id < row.id {
                    // Its row is there no more.
                    continue;
                }
                if let Some(request) = &it.request {
                    history.note(row, request);
                }
                looked_after |= matches!(it.outcome, Outcome::Tracked(_));
                match row.delivery.settle(it.fence, it.outcome.clone(), now) {
                    Settlement::Applied => {
                        applied = true;
                        if it.answer.is_some() {
                            row.delivery.answer.clone_from(&it.answer);
                        }
                        if it.outcome == Outcome::NotSent {
                            let lane = (row.channel.clone(), row.delivery.lane());
                            *unspent.entry(lane).or_default() += 1;
                        }
                    }
                    Settlement::Split => {
                        applied = true;
                        split.push(row.id);
                    }
                    Settlement::Stale => {}
                }
            }
            if applied {
                ordered.extend(order::key_of(row));
            }
            effects.note(before, row);
            came.push((applied, looked_after, now.since(since)));
        }
        tx.save(&rows).await?;
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
        let settled = rows.into_iter().zip(came).map(|(row, (applied, looked_after, took))| {
            let Row { id, channel, campaign, reference, delivery, .. } = row;
            Settled {
                id,
                channel,
                campaign,
                kind: delivery.kind,
                recipients: delivery.recipients,
                attempts: delivery.attempts,
                took,
                reference,
                state: delivery.state,
                looked_after,
                applied,
                is_watched: delivery.watched_until.is_some_and(|until| until >= now),
            }
        });
        Ok(settled.collect())
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
