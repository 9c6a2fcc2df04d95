use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};

use hikyaku_model::Checker;

#[cfg(feature = "sqlite")]
use crate::store::SqliteStore;
#[cfg(feature = "postgres")]
use crate::store::{Gate, PgStore};
use crate::{
    Act, Attempt, Beyond, Budget, Clock, DeliveryId, Error, ErrorKind, Event, Events, Existing,
    Filter, Hold, HoldId, HoldReason, Lane, LineAnswer, Listed, NewDelivery, NewHold, Outcome,
    Overview, Per, State, Time, WaitingFor,
    events::EventSource,
    metrics::{self, Metrics},
    new_delivery::check_name,
    place::{Place, without_password},
    store::{
        MemoryStore, Store,
        step::{
            self, ActOnOne, ClearBudget, EndHold, Find, GetOverview, ListBudgets, ListHolds,
            LookAtLanes, Outcomes, PlaceHold, SetBudget, Show, Story, Told, Verdict,
        },
    },
    watchers::Watchers,
};

/// How long finished deliveries are kept, unless told otherwise.
const KEEP: Duration = Duration::from_secs(168 * 60 * 60);

/// How many outcomes a page has at most.
pub(crate) const OUTCOMES: u32 = 100;

/// How long nobody looks for outcomes that another program may have written.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// How often somebody who waits for a delivery looks at what another program may have done with it.
const LOOK_AT_ONE: Duration = Duration::from_millis(250);

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
}

/// The settings of an [`Outbox`]. Made by [`Outbox::builder`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until `open` is called"]
pub struct OutboxBuilder {
    url: String,
    clock: Clock,
    keep: Duration,
    #[cfg(feature = "postgres")]
    gate: Option<Gate>,
}

impl OutboxBuilder {
    /// Sets another clock, for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how long finished deliveries and their idempotency keys are kept; the default is 7 days. Dead letters stay
    /// until an operator acts.
    pub fn keep(mut self, finished: Duration) -> Self {
        self.keep = finished;
        self
    }

    /// Is waited for before each statement of a step on `PostgreSQL`, so that a test can stop it there.
    #[cfg(feature = "postgres")]
    #[doc(hidden)]
    pub fn on_statement(
        mut self,
        gate: impl Fn() -> futures_core::future::BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        self.gate = Some(Gate::new(gate));
        self
    }

    /// Opens the outbox, and migrates an older store.
    ///
    /// # Errors
    /// The kind of store is unknown; the store cannot be reached or written, is damaged, or is newer than this program.
    pub async fn open(self) -> Result<Outbox, Error> {
        let Self {
            url,
            clock,
            keep,
            #[cfg(feature = "postgres")]
            gate,
        } = self;
        let watchers = Watchers::default();
        let (place, store) = match Place::read(&url)? {
            Place::Memory => {
                (without_password(&url), Store::Memory(Box::new(MemoryStore::new(clock))))
            }
            #[cfg(feature = "sqlite")]
            Place::Sqlite(path) => {
                let store = SqliteStore::open(path, clock).await?;
                (format!("sqlite:{}", store.path().display()), Store::Sqlite(store))
            }
            #[cfg(feature = "postgres")]
            Place::Postgres => {
                let store = PgStore::open(&url, clock, gate, watchers.clone()).await?;
                (without_password(&url), Store::Postgres(store))
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            other => {
                let what = format!("this program was built without its kind of store ({other:?})");
                return Err(Error::new(ErrorKind::Unsuitable(what)));
            }
        };
        Ok(Outbox(Arc::new(Inner {
            store,
            keep,
            place,
            events: EventSource::default(),
            watchers,
            metrics: Metrics::default(),
        })))
    }
}

impl Outbox {
    /// Opens the outbox at `sqlite:PATH`, `postgres://…` or, for tests, `memory:`.
    ///
    /// # Errors
    /// Those of [`OutboxBuilder::open`].
    pub async fn open(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder(url).open().await
    }

    /// Starts an outbox with other settings.
    pub fn builder(url: impl Into<String>) -> OutboxBuilder {
        OutboxBuilder {
            url: url.into(),
            clock: Clock::default(),
            keep: KEEP,
            #[cfg(feature = "postgres")]
            gate: None,
        }
    }

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

    /// Returns a delivery; `None` if it does not exist or was pruned.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn show(&self, id: DeliveryId) -> Result<Option<Listed>, Error> {
        let shown = self.0.store.read(Show(id.0)).await?.map(Listed::from);
        Ok(self.with_waits(shown.into_iter().collect()).await?.pop())
    }

    /// Waits for the outcome of a delivery, and returns the delivery; `None` if it does not exist.
    ///
    /// A delivery has an outcome when it has ended, a narrowcast when LINE has accepted it. The call returns earlier if
    /// the delivery waits for something that takes longer than any caller: an operator's hold, the monthly quota, a new
    /// token. After `patience` it returns the delivery in its current state. Changes by this process's workers are
    /// noticed at once. So are those by others on `PostgreSQL`, if the delivery was enqueued as
    /// [`watched`](NewDelivery::watched) and this process has a worker; other changes are noticed within a quarter of a
    /// second. Dropping the wait changes nothing.
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
            let is_over = listed.state.is_final() || listed.state == State::Tracking;
            if is_over || stands_still(&listed) || end.is_some_and(|end| end <= now) {
                return Ok(Some(listed));
            }
            let look = now + every;
            let _ = timeout_at(end.map_or(look, |end| end.min(look)), told).await;
        }
    }

    /// Records that the caller who waited for a delivery has received its refusal, by LINE or because it was withdrawn.
    /// The delivery is then no longer a dead letter, and if it was enqueued with [`NewDelivery::watched`], no
    /// [`Outcome`] reports it. Call this after the answer has been handed over: otherwise, also after a kill, the
    /// refusal remains a dead letter, and is reported as an outcome some ten seconds after the end of the caller's
    /// patience. Returns whether anything changed; a delivery that is neither refused nor withdrawn stays as it is.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn told(&self, id: DeliveryId) -> Result<bool, Error> {
        self.0.store.run(Told(id.0)).await
    }

    /// Returns LINE's unchanged response to a delivery: to the request that it accepted or, if it accepted none, to the
    /// newest one. `None` if LINE did not answer.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn answer(&self, id: DeliveryId) -> Result<Option<LineAnswer>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.and_then(|(it, attempts)| LineAnswer::find(&it.row.delivery, &attempts)))
    }

    /// Returns the requests for a delivery, the first and the newest 20; empty if the delivery does not exist.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.map(|(_, attempts)| attempts).unwrap_or_default())
    }

    /// Returns the outcomes of deliveries, channels and campaigns after the [`Outcome`] with this id; 0 for all that
    /// are stored. At most 100 in order; empty if there are none yet. A caller that stores the id of the last outcome
    /// it has processed misses none of the last seven days, even if processes are killed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn outcomes(&self, after: i64) -> Result<Vec<Outcome>, Error> {
        self.0.store.read(Outcomes { after, limit: OUTCOMES }).await
    }

    /// Returns outcomes like [`outcomes`](Self::outcomes), and waits until there is one. Outcomes from this process's
    /// workers are noticed at once, those from others within a second.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn next_outcomes(&self, after: i64) -> Result<Vec<Outcome>, Error> {
        let mut news = self.0.store.news().listen();
        loop {
            let outcomes = self.outcomes(after).await?;
            if !outcomes.is_empty() {
                return Ok(outcomes);
            }
            // A sender is a part of the store, and lives as long as this outbox.
            let _ = tokio::time::timeout(LOOK, news.changed()).await;
        }
    }

    /// Returns the delivery of a channel with this idempotency key; `None` if it does not exist or was pruned.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn find(
        &self,
        channel: impl Into<String>,
        idempotency_key: impl Into<String>,
    ) -> Result<Option<Listed>, Error> {
        let find = Find { channel: channel.into(), key: idempotency_key.into() };
        let found = self.0.store.read(find).await?.map(Listed::from);
        Ok(self.with_waits(found.into_iter().collect()).await?.pop())
    }

    /// Returns the deliveries that match a filter, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(&self, filter: Filter) -> Result<Vec<Listed>, Error> {
        let listed = self.0.store.list(filter).await?.into_iter().map(Listed::from).collect();
        self.with_waits(listed).await
    }

    /// Says what those that are due wait for.
    async fn with_waits(&self, mut listed: Vec<Listed>) -> Result<Vec<Listed>, Error> {
        let waits = |it: &&mut Listed| it.state == State::Ready && it.waiting_for.is_none();
        let channels = listed.iter_mut().filter(waits).map(|it| it.channel.clone());
        let channels: BTreeSet<String> = channels.collect();
        if channels.is_empty() {
            return Ok(listed);
        }
        let lanes = self.0.store.read(LookAtLanes(channels.into_iter().collect())).await?;
        for it in listed.iter_mut().filter(waits).filter(|it| it.due <= lanes.now) {
            let key = it.fairness_key.as_deref().unwrap_or_default();
            let wait = lanes.waiting_for(&it.channel, Lane::of(it.kind), Some(key));
            it.waiting_for = wait.map(|(reason, _)| reason);
        }
        Ok(listed)
    }

    /// Returns an overview of the whole outbox. It counts all rows, so do not call it many times a second.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let snapshot =
            self.0.store.read(GetOverview { channels: self.0.metrics.channels() }).await?;
        Ok(Overview::new(snapshot, |channel| self.0.metrics.limits(channel)))
    }

    /// Returns metrics of the store and of this process's workers, in Prometheus's text format. They contain channel
    /// names but no recipients.
    ///
    /// Gauges are about the whole store, so they are the same from each process; counters are about this process. The
    /// call counts the rows of the store, like [`overview`](Self::overview).
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn metrics(&self) -> Result<String, Error> {
        Ok(metrics::text(&self.overview().await?, &self.0.metrics))
    }

    /// Returns contradictions between the store's rows and its stored counts, while no worker is running: none, unless
    /// this crate has a bug. For tests.
    #[doc(hidden)]
    pub async fn contradictions(&self) -> Result<Vec<String>, Error> {
        self.0.store.read(step::Audit).await
    }

    /// Stops sends until the hold is released or ends. All workers obey it within a second, also after a restart.
    /// Requests in flight complete, and more sends can be enqueued.
    ///
    /// The 23 hours of the retry keys of deliveries in doubt continue to run. If several holds apply, sends continue
    /// when the last one is released.
    ///
    /// # Errors
    /// The channel, reason or name is empty or too long, the end is in the past, or the store failed to commit it.
    pub async fn hold(&self, hold: NewHold) -> Result<Hold, Error> {
        let hold = hold.placed(self.0.store.time().await?)?;
        self.0.store.run(PlaceHold(hold)).await
    }

    /// Releases a hold, and returns it.
    ///
    /// # Errors
    /// The hold does not exist or has ended, or the store failed to commit it.
    pub async fn release(&self, id: impl Into<HoldId>) -> Result<Hold, Error> {
        let hold = self.0.store.run(EndHold(id.into())).await?;
        self.0.store.news().tell();
        self.0.store.wake().await?;
        Ok(hold)
    }

    /// Returns the active holds, the oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn holds(&self) -> Result<Vec<Hold>, Error> {
        self.0.store.read(ListHolds).await
    }

    /// Sets a budget: the sends of one fairness key can reach at most this many recipients in a day or a month. It
    /// counts pushes and multicasts in all channels. `campaign:17` is the key of campaign 17. A new budget for the same
    /// period keeps the count of the old one. All workers obey it at their next claim, also after a restart.
    ///
    /// A send that exceeds the budget waits, or is cancelled and reported as an outcome, according to `beyond`; so do
    /// all sends behind it, even smaller ones. Deliveries in doubt have been counted already, and are resolved even
    /// beyond the budget. A send with more recipients than the whole budget never fits.
    ///
    /// # Errors
    /// The key is empty or too long, or the store failed to commit it.
    pub async fn set_budget(
        &self,
        fairness_key: impl Into<String>,
        recipients: u64,
        per: Per,
        beyond: Beyond,
    ) -> Result<Budget, Error> {
        let key = fairness_key.into();
        let mut checker = Checker::default();
        check_name("fairness_key", &key, &mut checker);
        checker.finish().map_err(Error::invalid)?;
        let budget = self.0.store.run(SetBudget { key, limit: recipients, per, beyond }).await?;
        self.wake_workers().await?;
        Ok(budget)
    }

    /// Removes the budget of a fairness key. Returns whether it had one.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn clear_budget(&self, fairness_key: impl Into<String>) -> Result<bool, Error> {
        let had = self.0.store.run(ClearBudget(fairness_key.into())).await?;
        self.wake_workers().await?;
        Ok(had)
    }

    /// Returns the budgets of fairness keys, with the used part of each.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn budgets(&self) -> Result<Vec<Budget>, Error> {
        self.0.store.read(ListBudgets).await
    }

    /// Withdraws a delivery that surely was not sent.
    ///
    /// # Errors
    /// It may have been sent, it is finished, or it does not exist.
    pub async fn cancel(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Cancel).await
    }

    /// Retries a rejected or unknown delivery. An unknown one keeps its retry key while LINE remembers it, so that it
    /// cannot be delivered twice; after that it needs [`retry_may_duplicate`](Self::retry_may_duplicate).
    ///
    /// # Errors
    /// It is not a dead letter, its key is too old, or it does not exist.
    pub async fn retry(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: false }).await
    }

    /// Retries a delivery like [`retry`](Self::retry), and an unknown one even if nothing prevents it from arriving
    /// twice.
    ///
    /// # Errors
    /// It is not a dead letter, or it does not exist.
    pub async fn retry_may_duplicate(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: true }).await
    }

    /// Discards a dead letter.
    ///
    /// # Errors
    /// It is not a dead letter, or it does not exist.
    pub async fn drop_dead_letter(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Drop).await
    }

    async fn act(&self, id: DeliveryId, act: Act) -> Result<(), Error> {
        self.0.store.run(ActOnOne { id: id.0, act }).await?;
        self.0.store.news().tell();
        Ok(())
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

pub(crate) fn answer(it: step::Enqueued) -> Result<Enqueued, Error> {
    match it.verdict {
        Verdict::Conflict => {
            let existing = Existing::Delivery(DeliveryId(it.id));
            Err(Error::new(ErrorKind::Conflict { existing }))
        }
        verdict => Ok(Enqueued { id: DeliveryId(it.id), existing: verdict == Verdict::Existing }),
    }
}
