use std::{sync::Arc, time::Duration};

use super::{Inner, Outbox};
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
use crate::ErrorKind;
#[cfg(feature = "sqlite")]
use crate::store::SqliteStore;
#[cfg(feature = "postgres")]
use crate::store::{Gate, PgStore};
use crate::{
    Clock, Error,
    events::EventSource,
    metrics::Metrics,
    place::{Place, without_password},
    store::{MemoryStore, Store},
    watchers::Watchers,
};

/// How long finished deliveries are kept, unless told otherwise.
const KEEP: Duration = Duration::from_secs(168 * 60 * 60);

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
}
