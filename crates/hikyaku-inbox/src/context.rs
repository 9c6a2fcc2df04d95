use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use hikyaku_sender::{Datum, NewDelivery};
use hikyaku_webhook::Context;

/// What the context of an event has that an inbox handles.
pub trait InContext {
    /// What is committed together with "handled". It is the same one each time it is asked for within an attempt.
    ///
    /// # Errors
    /// The event does not come from an inbox.
    fn transaction(&self) -> Result<EventTransaction, NotOpen>;
}

impl<S> InContext for Context<S> {
    fn transaction(&self) -> Result<EventTransaction, NotOpen> {
        self.extensions.get::<EventTransaction>().cloned().ok_or(NotOpen::NoInbox)
    }
}

/// Collects what an attempt wants to be committed together with "handled": all of it, once, or nothing if the attempt fails,
/// its program is killed, or another program has taken the event over. A clone collects for the same attempt.
#[derive(Clone)]
pub struct EventTransaction(Arc<Inner>);

struct Inner {
    key: String,
    attempt: i64,
    late: bool,
    collected: Mutex<Option<Collected>>,
}

#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) statements: Vec<(String, Vec<Datum>)>,
    pub(crate) sends: Vec<NewDelivery>,
}

impl EventTransaction {
    pub(crate) fn new(key: String, attempt: i64, late: bool) -> Self {
        Self(Arc::new(Inner {
            key,
            attempt,
            late,
            collected: Mutex::new(Some(Collected::default())),
        }))
    }

    /// What was collected; afterwards it takes no more.
    pub(crate) fn close(&self) -> Collected {
        self.lock().take().unwrap_or_default()
    }

    /// Enqueues a send in the outbox. It needs no idempotency key: it gets one of the event and its place among the event's
    /// sends, unless it has one. A send that breaks a rule makes the attempt fail when it is committed.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn enqueue(&self, delivery: NewDelivery) -> Result<(), NotOpen> {
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        let key = format!("inbox:{}:{}", self.0.key, collected.sends.len());
        collected.sends.push(delivery.or_idempotency_key(key));
        Ok(())
    }

    /// Runs one SQL statement on tables of your own in the same database, with parameters `$1`, `$2` and so on in the order
    /// in which they first appear. Statements run in their order, before the sends. One that fails makes the attempt fail.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn execute(
        &self,
        sql: impl Into<String>,
        params: impl Into<Vec<Datum>>,
    ) -> Result<(), NotOpen> {
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        collected.statements.push((sql.into(), params.into()));
        Ok(())
    }

    /// Whether a later event of this chat was handled before this one: LINE's redelivery came too late for its place.
    pub fn is_late(&self) -> bool {
        self.0.late
    }

    /// Which attempt this is; 1 is the first. What an earlier one did outside of this transaction may have happened.
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.0.attempt).unwrap_or(u32::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Collected>> {
        self.0.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for EventTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTransaction")
            .field("attempt", &self.0.attempt)
            .field("late", &self.0.late)
            .finish_non_exhaustive()
    }
}

/// Nothing can be committed together with "handled".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotOpen {
    /// The event does not come from an inbox.
    NoInbox,
    /// The attempt is over: its handler has ended, or was dropped at its time limit.
    Ended,
}

impl fmt::Display for NotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoInbox => {
                "this event does not come from an inbox; serve it by `Inbox::callback`"
            }
            Self::Ended => "the attempt is over, and what it did was settled without this",
        })
    }
}

impl std::error::Error for NotOpen {}
