//! Claims due deliveries, sends them, and records the results.

mod ahead;
mod dispatch;
mod elsewhere;
mod first_answer;
mod held;
mod keep;
mod record;
mod refusals;
mod request;
mod send;
mod served;
mod settle;

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use hikyaku::Client;
use hikyaku_model::limits::{Problem, Segment};
use tokio::{sync::watch, task::JoinSet};

use served::Served;

pub use served::WorkerHandle;

use crate::{Error, Limits, Outbox, Waiting, outbox::Inner, this_program};

/// How many requests a worker has on their way at once, unless told otherwise.
const CONCURRENCY: usize = 64;

/// How long a delivery belongs to a worker: longer than connecting, the longest answer and writing it down take.
const LEASE: Duration = Duration::from_secs(60);

/// How long a stopping worker waits for answers.
const DRAIN: Duration = Duration::from_secs(10);

/// How often LINE is asked how much of the month is left.
const QUOTA_EVERY: Duration = Duration::from_secs(5 * 60);

/// Sends the deliveries in an [`Outbox`]. Made by [`Outbox::worker`].
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hikyaku_sender::Outbox;
///
/// let outbox = Outbox::open("sqlite:hikyaku.db").await?;
/// let worker = outbox.worker().channel("default", hikyaku::Client::from_env()?);
/// let report = worker.run(async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await?;
/// println!("{} accepted", report.accepted);
/// # Ok(())
/// # }
/// ```
///
/// The client's own retries are not used: a worker retries by the rules of the outbox, which survive restarts. The
/// client's timeout should be well below the lease of 60 seconds.
#[must_use = "a worker does nothing until it runs"]
pub struct Worker {
    outbox: Outbox,
    served: Arc<watch::Sender<Served>>,
    settings: Settings,
}

type Hook = Arc<dyn Fn(&'static str) + Send + Sync>;

#[derive(Clone)]
struct Settings {
    concurrency: usize,
    lease: Duration,
    drain: Duration,
    quota_every: Option<Duration>,
    until_idle: bool,
    name: Option<String>,
    hook: Option<Hook>,
}

/// The result of a worker's run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Deliveries that LINE accepted.
    pub accepted: u64,
    /// Deliveries that LINE refused.
    pub rejected: u64,
    /// Deliveries whose outcome stays unknown.
    pub unknown: u64,
    /// Lanes that still had due deliveries when the worker became idle, and the reasons why they wait. They include
    /// lanes of channels that it does not have, which wait for a [`Worker`](crate::WaitingFor::Worker) that has them.
    pub waiting: Vec<Waiting>,
}

/// What the parts of a running worker share.
struct Shared {
    inner: Arc<Inner>,
    /// What it serves now.
    served: Arc<watch::Sender<Served>>,
    settings: Settings,
    /// What is kept with each attempt, to know who made it.
    name: Arc<str>,
    /// Whether no other worker can have this store.
    is_alone: bool,
}

impl Outbox {
    /// Starts a [`Worker`]. A `SQLite` file takes one worker at a time, `PostgreSQL` any number.
    pub fn worker(&self) -> Worker {
        Worker {
            outbox: self.clone(),
            served: Arc::new(watch::Sender::new(Served::new(LEASE))),
            settings: Settings {
                concurrency: CONCURRENCY,
                lease: LEASE,
                drain: DRAIN,
                quota_every: Some(QUOTA_EVERY),
                until_idle: false,
                name: None,
                hook: None,
            },
        }
    }
}

impl Worker {
    /// Sends the deliveries of this channel with this client. Deliveries of other channels wait for a worker that has
    /// them.
    ///
    /// A client with a [`TokenProvider`](hikyaku::TokenProvider) renews its token itself. While LINE refuses the token,
    /// the channel is blocked and retried about once a minute; a wrong token loses nothing.
    pub fn channel(self, name: impl Into<String>, client: Client) -> Self {
        self.served.send_modify(|served| served.set(name.into(), client));
        self
    }

    /// Sets the number of concurrent requests; the default is 64.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.settings.concurrency = requests.clamp(1, 10_000);
        self
    }

    /// Sets the rate limit of each lane; the defaults are LINE's. All workers of a channel should have the same limits.
    pub fn limits(self, limits: Limits) -> Self {
        self.served.send_modify(|served| served.limits = limits);
        self
    }

    /// Sets the lease timeout: how long a claimed delivery belongs to this worker; the default is 60 seconds. It must
    /// be longer than the clients' timeouts plus the time for recording the response.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self.served.send_modify(|served| served.lease = lease);
        self
    }

    /// Sets how long the worker waits for responses when it is stopped; the default is 10 seconds. A store that does
    /// not record them gets 3 more seconds; after that, the leases of the sent deliveries expire.
    pub fn drain(mut self, longest: Duration) -> Self {
        // No supervisor waits for longer, and clocks end somewhere.
        self.settings.drain = longest.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    /// Sets how often LINE is asked for the remaining monthly quota; the default is every 5 minutes, `None` means
    /// never. While a quota is used up, LINE is asked at least once a minute, so that a raised one is found soon.
    pub fn quota_every(mut self, pause: Option<Duration>) -> Self {
        self.settings.quota_every = pause;
        self
    }

    /// Ends the worker when nothing is left to do: nothing in flight, and nothing due within 20 minutes except
    /// deliveries that wait for the monthly quota or for a valid token.
    pub fn until_idle(mut self) -> Self {
        self.settings.until_idle = true;
        self
    }

    /// Sets the name that is stored with each attempt; the default is the host name and the process id.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Returns a handle that changes its channels and limits while it runs. A worker with a handle may start without
    /// any channel.
    pub fn handle(&self) -> WorkerHandle {
        WorkerHandle(self.served.clone())
    }

    /// Sets a hook that is called with the name of each durable step before and after it, so that a test can kill the
    /// program there.
    #[doc(hidden)]
    pub fn on_step(mut self, hook: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        self.settings.hook = Some(Arc::new(hook));
        self
    }

    /// Works until `stop` is ready, or until idle. Then it claims nothing new, waits for the responses to requests in
    /// flight, records them and returns.
    ///
    /// # Errors
    /// It has no [`channel`](Self::channel), its [`lease`](Self::lease) is not longer than a client's timeout, another
    /// worker has this `SQLite` file, the store is damaged, or it failed in a way that waiting does not fix.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<Report, Error> {
        let Self { outbox, served, settings } = self;
        let now = served.borrow().clone();
        // Nobody else can give it any.
        if now.channels.is_empty() && Arc::strong_count(&served) == 1 {
            let rule = "must be set, or the worker has nothing that it may send";
            return Err(Error::breaks(vec![Segment::Field("channel")], Problem::Rule(rule)));
        }
        now.check(now.channels.values().map(|channel| channel.client.timeout()))?;
        let inner = outbox.shared();
        let lock = inner.store.lock_worker().await?;
        let is_alone = lock.is_some();
        let name = settings.name.clone().unwrap_or_else(this_program::name).into();
        let shared = Arc::new(Shared { inner, served, settings, name, is_alone });
        if is_alone {
            // Nobody else can have them, so there is no lease to wait for.
            keep::end_all_leases(&shared).await?;
        }
        let mut at_work = shared.inner.metrics.begin();
        at_work.serve(now.channels.keys(), &now.limits);
        let begun = keep::begin(&shared, HashMap::new()).await;
        // Ends with this future, however that ends.
        let mut keeper = JoinSet::new();
        keeper.spawn(keep::keep(shared.clone(), begun));
        // Boxed: it is large, and its caller's future would be.
        let report = Box::pin(dispatch::run(&shared, at_work, stop)).await;
        drop(keeper);
        drop(lock);
        report
    }
}

impl Shared {
    fn served(&self) -> Served {
        self.served.borrow().clone()
    }

    fn step(&self, name: &'static str) {
        if let Some(hook) = &self.settings.hook {
            hook(name);
        }
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("channels", &self.handle().channels())
            .field("concurrency", &self.settings.concurrency)
            .finish_non_exhaustive()
    }
}
