//! Where deliveries are kept: the steps that change them, and the stores that make each step one durable transaction.
//!
//! A [`WriteStep`] is written once, over [`Tx`], and a [`ReadStep`] over [`Reads`]; a store is a [`Tx`] and a way to run a step
//! in a transaction. So all stores decide alike, and differ only in how they keep rows. When a step's answer is there,
//! no kill and no power cut can undo it.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod columns;
mod contents;
mod fits;
mod job;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod read;
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod search;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod states;
pub(crate) mod step;
mod takers;
mod tx;

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use tokio::sync::watch;

pub(crate) use fits::still_fits;
pub(crate) use job::Job;
pub(crate) use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub(crate) use postgres::{Gate, PgStore};
pub(crate) use row::{
    Body, CampaignCounts, CampaignRow, CampaignState, Cursor, Effects, Found, Fresh, KeyDue,
    LaneDue, Move, NewCampaign, OutcomeCursorRow, Payload, Quota, Row, Stored,
};
#[cfg(feature = "sqlite")]
pub(crate) use sqlite::{SqliteStore, WorkerLock};
/// Only a file has a lock.
#[cfg(not(feature = "sqlite"))]
#[derive(Debug)]
pub(crate) enum WorkerLock {}

pub(crate) use takers::{Handed, Hands, Offer, Promise, Seat, Takers};
pub(crate) use tx::{Campaigns, Deliveries, KeySearch, Lanes, Outcomes, Reads, Tables, Tx};

use crate::{DeliveryId, Error, Filter, Time};

/// How many rows of a cancelled campaign one commit withdraws.
const WITHDRAWN: u32 = 2000;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// One consistent look.
pub(crate) trait ReadStep: Send + Sync + 'static {
    /// What it tells.
    type Out: Send + 'static;

    /// Looks.
    fn run<T: Reads>(&self, tx: &mut T) -> impl Future<Output = Result<Self::Out>> + Send;
}

/// One atomic change.
pub(crate) trait WriteStep: Send + Sync + 'static {
    /// What it tells.
    type Out: Send + 'static;

    /// How it stands to a move of the store.
    const FENCE: Fence = Fence::Shared;

    /// Whether it goes before steps that have time, where several wait for the store.
    const GOES_FIRST: bool = false;

    /// Whether it would rather fail than wait for other transactions, because it may be done in another way.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "writers to a file take turns")
    )]
    fn hurries(&self) -> bool {
        false
    }

    /// Does it. It may run again from the start, when the transaction around it failed.
    fn run<T: Tx>(&self, tx: &mut T) -> impl Future<Output = Result<Self::Out>> + Send;

    /// What follows once it is durable, whether its caller still waits for what it tells or not.
    fn committed(self, _: &mut Self::Out)
    where
        Self: Sized,
    {
    }
}

/// What keeps a change and a move of the whole store apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fence {
    /// Beside other changes. It is refused once a move has begun, and a move begins when it has ended.
    Shared,
    /// The beginning or the end of a move: alone.
    Exclusive,
}

/// Runs a step whose transaction has its fence, unless the store was moved.
pub(crate) async fn fenced<S: WriteStep, T: Tx>(step: &S, tx: &mut T) -> Result<S::Out> {
    if S::FENCE == Fence::Shared
        && let Some(moved) = tx.moved().await?
    {
        return Err(moved.refusal());
    }
    step.run(tx).await
}

/// What comes of a step in an embedded store, which does all of it within the call.
fn now_or_never<T>(step: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(step).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::store("a step of an embedded store must not wait")),
    }
}

/// Tells anyone who waits that there may be new work.
#[derive(Clone, Debug, Default)]
pub(crate) struct News(watch::Sender<u64>);

impl News {
    pub(crate) fn tell(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// What is told from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// One of the stores.
#[derive(Debug)]
pub(crate) enum Store {
    /// Boxed, because it is much larger than the others.
    Memory(Box<MemoryStore>),
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteStore),
    #[cfg(feature = "postgres")]
    Postgres(PgStore),
}

impl Store {
    /// Runs a step in a durable transaction.
    pub(crate) async fn run<S: WriteStep>(&self, step: S) -> Result<S::Out> {
        match self {
            Self::Memory(store) => store.run(step),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.run(step).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.run(step).await,
        }
    }

    /// Puts deliveries into the store, all or none. Those of other callers may share the transaction. A worker of this
    /// program may have them from then on.
    pub(crate) async fn enqueue(&self, rows: Vec<Fresh>) -> Result<Vec<step::Enqueued>> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.enqueue(rows).await,
            _ => {
                let hands = self.takers().find(&rows);
                Ok(self.run(step::Enqueue { rows, hands }).await?.enqueued)
            }
        }
    }

    /// The workers of this program.
    pub(crate) fn takers(&self) -> &Takers {
        match self {
            Self::Memory(store) => store.takers(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.takers(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.takers(),
        }
    }

    /// Runs a step that changes nothing.
    pub(crate) async fn read<S: ReadStep>(&self, step: S) -> Result<S::Out> {
        match self {
            Self::Memory(store) => store.read(&step),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.read(step).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.read(step).await,
        }
    }

    /// Deliveries that fit a filter, the newest first.
    pub(crate) async fn list(&self, mut filter: Filter) -> Result<Vec<Stored>> {
        let mut all = Vec::new();
        loop {
            let Found { deliveries, next } = self.read(step::List(filter.clone())).await?;
            filter.limit =
                filter.limit.saturating_sub(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
            all.extend(deliveries);
            match next {
                Some(next) => filter.before = Some(DeliveryId(next)),
                None => return Ok(all),
            }
        }
    }

    /// Withdraws what surely was not sent of a cancelled campaign. How many rows.
    pub(crate) async fn withdraw(&self, campaign: i64) -> Result<u64> {
        let (mut withdrawn, mut after) = (0, 0);
        loop {
            let page = self.run(step::Withdraw { campaign, after, limit: WITHDRAWN }).await?;
            withdrawn += page.withdrawn;
            match page.last {
                Some(last) => after = last,
                None => return Ok(withdrawn),
            }
        }
    }

    /// Tidies up, and finishes what programs that are gone have begun with campaigns.
    pub(crate) async fn sweep(&self, sweep: step::Sweep) -> Result<step::Swept> {
        let limit = sweep.limit;
        let mut swept = self.run(sweep).await?;
        for campaign in self.read(step::Cancelled(limit)).await? {
            swept.withdrawn += self.withdraw(campaign).await?;
        }
        Ok(swept)
    }

    /// The store's clock.
    pub(crate) async fn time(&self) -> Result<Time> {
        match self {
            Self::Memory(store) => Ok(store.time()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Ok(store.time()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.time().await,
        }
    }

    /// The time on an embedded store's clock; nothing where a database tells the time, which has to be asked.
    pub(crate) fn own_time(&self) -> Option<Time> {
        match self {
            Self::Memory(store) => Some(store.time()),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Some(store.time()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Makes sure that this program may send from the store, until what it gets is dropped.
    pub(crate) async fn lock_worker(&self) -> Result<Option<WorkerLock>> {
        match self {
            Self::Memory(_) => Ok(None),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.lock_worker().await.map(Some),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => {
                store.listen();
                Ok(None)
            }
        }
    }

    /// Takes back what other workers had that are gone, where that can be told before their leases end. How many deliveries.
    pub(crate) async fn take_over(&self) -> Result<u64> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.take_over().await,
            _ => Ok(0),
        }
    }

    /// Tells other programs that there may be new work.
    pub(crate) async fn wake(&self) -> Result<()> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.wake().await,
            // A file's writer rings with each commit.
            _ => Ok(()),
        }
    }

    /// Tells those of other programs who wait for these deliveries that something has become of them.
    pub(crate) fn tell_watchers(&self, deliveries: Vec<i64>) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.tell_watchers(deliveries),
            // They look.
            _ => drop(deliveries),
        }
    }

    /// Where to hear of new work.
    pub(crate) fn news(&self) -> &News {
        match self {
            Self::Memory(store) => store.news(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.news(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.news(),
        }
    }
}
