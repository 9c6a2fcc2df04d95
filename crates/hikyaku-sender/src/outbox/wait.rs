//! Waiting for what becomes of a delivery.

use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::{Enqueued, Outbox};
use crate::{
    DeliveryId, Error, HoldReason, LineAnswer, Listed, State, WaitingFor,
    store::step::{Refuse, ReportOutcome, Story, Told},
};

/// How often somebody who waits for a delivery looks at what another program may have done with it.
const LOOK_AT_ONE: Duration = Duration::from_millis(250);

/// The same for the first time, where a worker of this program has it: it tells, unless it was faster than its caller.
const FIRST_LOOK: Duration = Duration::from_millis(50);

/// What a caller of [`Outbox::wait_for_answer`] is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Waited {
    /// LINE has just accepted the delivery. It is final, and is being recorded: for a moment, [`Outbox::show`] may still
    /// return another state.
    #[non_exhaustive]
    Accepted {
        /// LINE's response.
        answer: LineAnswer,
        /// When it arrived.
        heard: std::time::Instant,
    },
    /// The delivery as the store has it, like the result of [`Outbox::wait`].
    #[non_exhaustive]
    Stored {
        /// The delivery.
        delivery: Box<Listed>,
        /// LINE's response to it, as [`Outbox::answer`] returns it.
        answer: Option<LineAnswer>,
    },
}

impl Outbox {
    /// Waits for the outcome of a delivery, and returns the delivery; `None` if it does not exist.
    ///
    /// A delivery has an outcome when it has ended, a narrowcast when LINE has accepted it. The call returns earlier if
    /// the delivery waits for something that takes longer than any caller: an operator's hold, the monthly quota, a new
    /// token. After `patience` it returns the delivery in its current state. Changes by this process's workers are
    /// noticed at once. So are those by others on `PostgreSQL`, if the delivery was enqueued as
    /// [`watched`](crate::NewDelivery::watched) and this process has a worker; other changes are noticed within a
    /// quarter of a second. Dropping the wait changes nothing.
    ///
    /// ```no_run
    /// # async fn example(outbox: hikyaku_sender::Outbox, push: hikyaku_sender::NewDelivery) -> Result<(), hikyaku_sender::Error> {
    /// use std::time::Duration;
    ///
    /// use hikyaku_sender::State;
    ///
    /// let id = outbox.enqueue(push).await?.id;
    /// let delivery = outbox.wait(id, Duration::from_secs(3)).await?;
    /// if delivery.is_some_and(|it| it.state == State::Accepted) {
    ///     let answer = outbox.answer(id).await?; // LINE's own
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn wait(&self, id: DeliveryId, patience: Duration) -> Result<Option<Listed>, Error> {
        self.wait_and_look(id, patience, LOOK_AT_ONE).await
    }

    /// Waits, and looks at the store so often.
    pub(crate) async fn wait_and_look(
        &self,
        id: DeliveryId,
        patience: Duration,
        every: Duration,
    ) -> Result<Option<Listed>, Error> {
        let end = Instant::now().checked_add(patience);
        let watcher = self.0.watchers.watch(id.0);
        loop {
            // Before the look: what happens since then ends the pause.
            let told = watcher.told();
            let Some(listed) = self.show(id).await? else { return Ok(None) };
            let now = Instant::now();
            if is_over(&listed) || end.is_some_and(|end| end <= now) {
                return Ok(Some(listed));
            }
            let look = now + every;
            let _ = timeout_at(end.map_or(look, |end| end.min(look)), told).await;
        }
    }

    /// Waits like [`wait`](Self::wait) for the outcome of a delivery, by its id or the result of its
    /// [`enqueue`](Self::enqueue), and returns LINE's response with it; `None` if it does not exist.
    ///
    /// A worker of this process tells of an acceptance as soon as LINE's response arrives, before it is recorded, if
    /// nothing can undo it: the delivery has a retry key, is no narrowcast, and this was its only request. If the process is
    /// killed at this moment, the request is repeated with its retry key, and LINE answers that it had accepted it.
    /// Everything else is told once it is recorded.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn wait_for_answer(
        &self,
        enqueued: impl Into<Enqueued>,
        patience: Duration,
    ) -> Result<Option<Waited>, Error> {
        let Enqueued { id, is_taken, .. } = enqueued.into();
        let began = Instant::now();
        let end = began.checked_add(patience);
        let watcher = self.0.watchers.watch(id.0);
        let mut look = if is_taken { began + FIRST_LOOK } else { began };
        loop {
            // Before all looks: what happens since then ends the pause.
            let told = watcher.told();
            if let Some(heard) = watcher.heard() {
                return Ok(Some(Waited::Accepted { answer: heard.answer, heard: heard.at }));
            }
            let now = Instant::now();
            let must_end = end.is_some_and(|end| end <= now);
            if look <= now || must_end {
                let Some((stored, attempts)) = self.0.store.read(Story(id.0)).await? else {
                    return Ok(None);
                };
                let answer = LineAnswer::find(&stored.row.delivery, &attempts);
                let listed = self.with_waits(vec![Listed::from(stored)]).await?.pop();
                let Some(delivery) = listed.map(Box::new) else { return Ok(None) };
                if is_over(&delivery) || must_end {
                    return Ok(Some(Waited::Stored { delivery, answer }));
                }
                look = now + LOOK_AT_ONE;
            }
            if timeout_at(end.map_or(look, |end| end.min(look)), told).await.is_ok() {
                look = Instant::now();
            }
        }
    }

    /// Waits until every acceptance that [`wait_for_answer`](Self::wait_for_answer) has returned so far is recorded, so
    /// that the other methods show it, or until `patience` ends. Returns at once if there is none.
    pub async fn wait_until_recorded(&self, patience: Duration) {
        let recorded = async {
            for id in self.0.watchers.unrecorded() {
                let watcher = self.0.watchers.watch(id);
                loop {
                    let told = watcher.told();
                    if watcher.heard().is_none() {
                        break;
                    }
                    told.await;
                }
            }
        };
        let _ = timeout(patience, recorded).await;
    }

    /// Records that the caller who waited for a delivery has received its refusal, by LINE or because it was withdrawn.
    /// The delivery is then no longer a dead letter, and if it was enqueued as
    /// [`watched`](crate::NewDelivery::watched), no [`Outcome`](crate::Outcome) reports it. Call this after the answer
    /// has been handed over: otherwise, also after a kill, the refusal remains a dead letter, and is reported as an
    /// outcome some ten seconds after the end of the caller's patience. Returns whether anything changed; a delivery that is neither refused nor withdrawn stays as it is.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn told(&self, id: DeliveryId) -> Result<bool, Error> {
        self.0.store.run(Told(id.0)).await
    }

    /// Requests the report of every outcome of a delivery, for a caller who waited and is told that it will be sent: its
    /// acceptance is reported as with [`NewDelivery::tell_outcome`](crate::NewDelivery::tell_outcome), and a refusal at
    /// once. Returns whether it is still to be sent; one that has ended, or does not exist, stays as it is.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn report_outcome(&self, id: DeliveryId) -> Result<bool, Error> {
        self.0.store.run(ReportOutcome(id.0)).await
    }

    /// Withdraws a delivery for a reason that all its waiting callers are told, as its
    /// [`last_error`](Listed::last_error). Returns whether it did. A delivery that may have been sent, has ended or does
    /// not exist stays as it is, and so does one whose caller may rely on it: with
    /// [`tell_outcome`](crate::NewDelivery::tell_outcome) or after [`report_outcome`](Self::report_outcome).
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn refuse(&self, id: DeliveryId, why: impl Into<String>) -> Result<bool, Error> {
        let refused = self.0.store.run(Refuse { id: id.0, why: why.into() }).await?;
        if refused {
            // Others of its order key may go on.
            self.0.store.news().tell();
        }
        Ok(refused)
    }
}

/// Whether there is nothing that a caller would wait for.
fn is_over(listed: &Listed) -> bool {
    listed.state.is_final() || listed.state == State::Tracking || stands_still(listed)
}

/// Whether it waits for what no caller waits for.
fn stands_still(listed: &Listed) -> bool {
    let waits_for = |waiting| match waiting {
        WaitingFor::Release | WaitingFor::Quota => true,
        WaitingFor::Hold(reason) => {
            matches!(reason, HoldReason::Quota | HoldReason::Unauthorized)
        }
        _ => false,
    };
    listed.waiting_for.is_some_and(waits_for)
}
