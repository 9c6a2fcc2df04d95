mod look;
mod open;
mod people;
mod wait;

use std::{sync::Arc, time::Duration};

use crate::{
    DeliveryId, Error, ErrorKind, Event, Events, Existing, NewDelivery, Time,
    events::EventSource,
    metrics::Metrics,
    store::{
        Store,
        step::{self, Verdict},
    },
    watchers::Watchers,
};

pub use open::OutboxBuilder;
pub use wait::Waited;

/// How many outcomes a page has at most.
pub(crate) const OUTCOMES: u32 = 100;

/// How long nobody looks for outcomes that another program may have written.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// A durable queue of sends, on disk. A clone is cheap and refers to the same outbox.
///
/// Once a call has returned, neither a kill nor a power cut undoes it.
///
/// On PostgreSQL, its connections are tasks of the tokio runtime that created them. When that runtime ends, calls
/// from another one reconnect; while it is blocked, they wait.
///
/// ```
/// use hikyaku_sender::{NewDelivery, Outbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), hikyaku_sender::Error> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let url = format!("sqlite:{}", dir.path().join("hikyaku.db").display());
/// let outbox = Outbox::open(&url).await?; // "sqlite:hikyaku.db"
/// let receipt = NewDelivery::push("U4af4980629000000000000000000000a", "it is on its way");
/// let enqueued = outbox.enqueue(receipt.clone().idempotency_key("order-17")).await?;
/// assert!(!enqueued.existing);
///
/// let again = outbox.enqueue(receipt.idempotency_key("order-17")).await?;
/// assert_eq!((again.id, again.existing), (enqueued.id, true));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) keep: Duration,
    /// The store by its URL, without a password.
    pub(crate) place: String,
    pub(crate) events: EventSource,
    pub(crate) watchers: Watchers,
    pub(crate) metrics: Metrics,
}

/// The result of enqueueing one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enqueued {
    /// The id of the delivery.
    pub id: DeliveryId,
    /// Whether it was in the outbox already, under its idempotency key.
    pub existing: bool,
    /// Whether a worker of this program got it with its commit.
    is_taken: bool,
}

/// A delivery that is in the outbox already.
impl From<DeliveryId> for Enqueued {
    fn from(id: DeliveryId) -> Self {
        Self { id, existing: true, is_taken: false }
    }
}

impl Outbox {
    /// Enqueues a send. Once this returns, the send will be delivered or end as a visible dead letter.
    ///
    /// # Errors
    /// It breaks a rule, its idempotency key belongs to another send, or the store failed to commit it. Only if the
    /// connection to PostgreSQL was lost before it answered, the send may be in the outbox nevertheless; with its
    /// idempotency key, enqueueing it again is safe.
    pub async fn enqueue(&self, delivery: NewDelivery) -> Result<Enqueued, Error> {
        match self.enqueue_all(vec![delivery]).await?.pop() {
            Some(enqueued) => enqueued,
            None => Err(Error::store("the store gave no answer")),
        }
    }

    /// Enqueues many sends with one commit. A conflict affects only its own send.
    ///
    /// # Errors
    /// One of them breaks a rule, or the store failed to commit them: then none is in the outbox, with the same
    /// exception for PostgreSQL as in [`enqueue`](Self::enqueue).
    pub async fn enqueue_all(
        &self,
        deliveries: Vec<NewDelivery>,
    ) -> Result<Vec<Result<Enqueued, Error>>, Error> {
        let now = self.0.store.time().await?;
        let fresh =
            deliveries.into_iter().map(|it| it.into_fresh(now)).collect::<Result<Vec<_>, _>>()?;
        let enqueued = self.0.store.enqueue(fresh).await?;
        if enqueued.iter().any(|it| it.verdict == Verdict::New && !it.is_taken) {
            self.0.store.news().tell();
        }
        for it in enqueued.iter().filter(|it| it.verdict == Verdict::New) {
            self.0.events.tell(|| Event::Enqueued(DeliveryId(it.id)));
        }
        Ok(enqueued.into_iter().map(answer).collect())
    }

    /// Wakes the workers of other processes, which otherwise poll once a second. [`enqueue`](Self::enqueue) does so
    /// itself. After the commit of a send from [`NewDelivery::to_json`], the caller may do so: `PostgreSQL` commits
    /// transactions that notify only one after the other.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn wake_workers(&self) -> Result<(), Error> {
        self.0.store.news().tell();
        self.0.store.wake().await
    }

    /// Returns the time on the store's clock.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn now(&self) -> Result<Time, Error> {
        self.0.store.time().await
    }

    /// Returns the events of its deliveries in this process, from now on. Changes by other processes are only visible
    /// in the store.
    pub fn events(&self) -> Events {
        self.0.events.listen()
    }

    pub(crate) fn shared(&self) -> Arc<Inner> {
        self.0.clone()
    }
}

pub(crate) fn answer(it: step::Enqueued) -> Result<Enqueued, Error> {
    match it.verdict {
        Verdict::Conflict => {
            let existing = Existing::Delivery(DeliveryId(it.id));
            Err(Error::new(ErrorKind::Conflict { existing }))
        }
        verdict => Ok(Enqueued {
            id: DeliveryId(it.id),
            existing: verdict == Verdict::Existing,
            is_taken: it.is_taken,
        }),
    }
}
