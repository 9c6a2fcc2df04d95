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

/// Where sends wait for LINE, on disk. A clone is cheap and is the same outbox.
///
/// When a call has returned, no kill and no power cut undoes it.
///
/// On PostgreSQL, its connections are tasks of the tokio runtime in which they were made. When that runtime ends, calls
/// from another one connect anew; while it stands still, they wait.
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

/// What became of one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enqueued {
    /// The delivery that stands for it.
    pub id: DeliveryId,
    /// Whether it was in the outbox already, under its idempotency key.
    pub existing: bool,
}

/// Settings of an [`Outbox`]. Made by [`Outbox::builder`].
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
    /// Another clock, for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How long finished deliveries and their idempotency keys are kept; 7 days unless set. Dead letters stay until a
    /// person acts.
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

    /// Opens it, and brings an older store up to date.
    ///
    /// # Errors
    /// No such kind of store; one that cannot be reached or written; one that is damaged, or newer than this program.
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
    /// As [`OutboxBuilder::open`].
    pub async fn open(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder(url).open().await
    }

    /// Starts an outbox with settings of its own.
    pub fn builder(url: impl Into<String>) -> OutboxBuilder {
        OutboxBuilder {
            url: url.into(),
            clock: Clock::default(),
            keep: KEEP,
            #[cfg(feature = "postgres")]
            gate: None,
        }
    }

    /// Puts a send into the outbox. When this returns, it will be delivered or end as a dead letter that can be seen.
    ///
    /// # Errors
    /// It cannot be sent, its idempotency key stands for another send, or the store did not take it. Only where PostgreSQL
    /// was cut off before it answered, it may be in the outbox all the same; under its idempotency key, enqueueing it again
    /// is safe.
    pub async fn enqueue(&self, delivery: NewDelivery) -> Result<Enqueued, Error> {
        match self.enqueue_all(vec![delivery]).await?.pop() {
            Some(enqueued) => enqueued,
            None => Err(Error::store("the store gave no answer")),
        }
    }

    /// Puts many sends into the outbox with one commit. A conflict concerns its own send only.
    ///
    /// # Errors
    /// One of them cannot be sent, or the store did not take them: then none is in the outbox, but for what
    /// [`enqueue`](Self::enqueue) says of PostgreSQL.
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

    /// Wakes the workers of other programs, which look for work once a second otherwise. [`enqueue`](Self::enqueue) does
    /// so by itself. After a commit of what [`NewDelivery::to_json`] is for, it is for the caller: `PostgreSQL` lets
    /// transactions that notify commit only one after the other.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn wake_workers(&self) -> Result<(), Error> {
        self.0.store.news().tell();
        self.0.store.wake().await
    }

    /// One delivery; `None` if there is none, or no more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn show(&self, id: DeliveryId) -> Result<Option<Listed>, Error> {
        let shown = self.0.store.read(Show(id.0)).await?.map(Listed::from);
        Ok(self.with_waits(shown.into_iter().collect()).await?.pop())
    }

    /// Waits until it is known what became of a delivery, and gives it as it is then; `None` if there is none.
    ///
    /// That is when it has ended, and for a narrowcast when LINE has accepted it. It comes back earlier where the delivery
    /// waits for what takes longer than any caller does: a person's hold, the month's quota, a new token. After `patience`
    /// it gives the delivery as it stands. What this program's workers do is heard at once, and so is what others do on
    /// `PostgreSQL` with what was enqueued as [`watched`](NewDelivery::watched), where this program has a worker, too; anything
    /// else within a quarter of a second. A dropped wait changes nothing.
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

    /// The caller who waited for a delivery has its refusal: LINE's, or that it was withdrawn. It is then on no tray, and no
    /// [`Outcome`] tells of it, where it was enqueued with [`NewDelivery::watched`]. Call it once the answer is handed over:
    /// without it, also after a kill, the refusal stays on the tray, and programs are told some ten seconds after the caller's
    /// patience ended. Whether this is news; a delivery that is neither refused nor withdrawn stays as it is.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn told(&self, id: DeliveryId) -> Result<bool, Error> {
        self.0.store.run(Told(id.0)).await
    }

    /// LINE's answer to a delivery as it came: to the request that it accepted or, where it accepted none, to the newest one.
    /// `None` where LINE did not answer.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn answer(&self, id: DeliveryId) -> Result<Option<LineAnswer>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.and_then(|(it, attempts)| LineAnswer::find(&it.row.delivery, &attempts)))
    }

    /// The requests that were made for a delivery, the first and the newest 20; empty where there is no such delivery.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.map(|(_, attempts)| attempts).unwrap_or_default())
    }

    /// What became of deliveries, channels and campaigns, after the [`Outcome`] with this id; 0 for all that is kept. At most
    /// 100 in their order; empty if there are none yet. The caller keeps the id of the last one that it has dealt with, and
    /// misses none of the last seven days, whatever is killed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn outcomes(&self, after: i64) -> Result<Vec<Outcome>, Error> {
        self.0.store.read(Outcomes { after, limit: OUTCOMES }).await
    }

    /// Like [`outcomes`](Self::outcomes), and waits until there is one: what this program's workers do is heard at once,
    /// and what others do within a second.
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

    /// The delivery of a channel that an idempotency key stands for; `None` if there is none, or no more.
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

    /// The deliveries that fit a filter, the newest first.
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

    /// The whole outbox at a glance. It counts all rows, so it is nothing to ask for many times a second.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let snapshot =
            self.0.store.read(GetOverview { channels: self.0.metrics.channels() }).await?;
        Ok(Overview::new(snapshot, |channel| self.0.metrics.limits(channel)))
    }

    /// The store at a glance and what this program's workers have done, in Prometheus's text format. It names channels
    /// and no recipients.
    ///
    /// Gauges are of the whole store, so they are the same from each program; counters are of this program. It counts
    /// the rows of the store, as [`overview`](Self::overview) does.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn metrics(&self) -> Result<String, Error> {
        Ok(metrics::text(&self.overview().await?, &self.0.metrics))
    }

    /// What its rows say otherwise than what is written down of them elsewhere, while no worker is at work: nothing, unless
    /// this crate has a bug. For tests.
    #[doc(hidden)]
    pub async fn contradictions(&self) -> Result<Vec<String>, Error> {
        self.0.store.read(step::Audit).await
    }

    /// Stops sends, until the hold is released or ends by itself. All workers heed it within a second, and after restarts,
    /// too. What is on its way ends, and more can be enqueued.
    ///
    /// The 23 hours of the retry keys of what is in doubt go on meanwhile. Of several holds, the last that is released lets
    /// the sends go on.
    ///
    /// # Errors
    /// Its channel, reason or name is empty or too long, its end has come already, or the store did not take it.
    pub async fn hold(&self, hold: NewHold) -> Result<Hold, Error> {
        let hold = hold.placed(self.0.store.time().await?)?;
        self.0.store.run(PlaceHold(hold)).await
    }

    /// Ends a hold. What it was.
    ///
    /// # Errors
    /// There is no such hold, it is over, or the store did not do it.
    pub async fn release(&self, id: impl Into<HoldId>) -> Result<Hold, Error> {
        let hold = self.0.store.run(EndHold(id.into())).await?;
        self.0.store.news().tell();
        self.0.store.wake().await?;
        Ok(hold)
    }

    /// The holds that stand, the oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn holds(&self) -> Result<Vec<Hold>, Error> {
        self.0.store.read(ListHolds).await
    }

    /// Lets the sends of one fairness key reach so many recipients in a day or a month, and no more: pushes and multicasts, of
    /// whatever channel. `campaign:17` is the key of what belongs to campaign 17. What was used of a budget before counts on in
    /// a new one for the same time. All workers heed it with their next claim, and after restarts, too.
    ///
    /// What does not fit waits, or is cancelled and told as an outcome, as `beyond` says; and so does all behind it, also
    /// what is smaller. What is in doubt has been counted, and is cleared up beyond a budget, too. A send with more recipients than the
    /// whole budget has never fits.
    ///
    /// # Errors
    /// The key is empty or too long, or the store did not take it.
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

    /// Lets the sends of a fairness key reach whom they like. Whether it had a budget.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn clear_budget(&self, fairness_key: impl Into<String>) -> Result<bool, Error> {
        let had = self.0.store.run(ClearBudget(fairness_key.into())).await?;
        self.wake_workers().await?;
        Ok(had)
    }

    /// The budgets of fairness keys, and how much of each is used.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn budgets(&self) -> Result<Vec<Budget>, Error> {
        self.0.store.read(ListBudgets).await
    }

    /// Withdraws a delivery that surely was not sent.
    ///
    /// # Errors
    /// It may have been sent, it is finished, or there is none.
    pub async fn cancel(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Cancel).await
    }

    /// Gives a rejected or unknown delivery another life. An unknown one keeps its retry key while LINE remembers it,
    /// so that it cannot be delivered twice; after that it needs [`retry_may_duplicate`](Self::retry_may_duplicate).
    ///
    /// # Errors
    /// It is no dead letter, its key is too old, or there is none.
    pub async fn retry(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: false }).await
    }

    /// Like [`retry`](Self::retry), and sends an unknown delivery again even where nothing keeps it from arriving
    /// twice.
    ///
    /// # Errors
    /// It is no dead letter, or there is none.
    pub async fn retry_may_duplicate(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Retry { may_duplicate: true }).await
    }

    /// Puts a dead letter away.
    ///
    /// # Errors
    /// It is no dead letter, or there is none.
    pub async fn drop_dead_letter(&self, id: DeliveryId) -> Result<(), Error> {
        self.act(id, Act::Drop).await
    }

    async fn act(&self, id: DeliveryId, act: Act) -> Result<(), Error> {
        self.0.store.run(ActOnOne { id: id.0, act }).await?;
        self.0.store.news().tell();
        Ok(())
    }

    /// The time on the store's clock.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn now(&self) -> Result<Time, Error> {
        self.0.store.time().await
    }

    /// What happens to its deliveries in this program, from now on. Other programs' doings are seen in the store only.
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
