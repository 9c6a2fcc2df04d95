//! The stores that the suite runs on.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hikyaku_sender::{Clock, Outbox, OutboxBuilder, Time};
use hikyaku_sim::Sim;
use tempfile::TempDir;

use crate::cluster::Cluster;

/// An outbox, and what must live as long as it.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) outbox: Outbox,
    pub(crate) clock: Clock,
    pub(crate) url: String,
    _folder: Option<Arc<TempDir>>,
}

impl Bench {
    pub(crate) async fn memory() -> Self {
        Self::open("memory:".to_owned(), None, |builder| builder).await
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
        Self::open(url, Some(folder), |builder| builder).await
    }

    /// Nothing where there is no PostgreSQL.
    pub(crate) async fn postgres() -> Option<Self> {
        let url = Cluster::shared()?.database();
        Some(Self::open(url, None, |builder| builder).await)
    }

    async fn open(
        url: String,
        folder: Option<TempDir>,
        settings: impl FnOnce(OutboxBuilder) -> OutboxBuilder,
    ) -> Self {
        let clock = Clock::manual(Time::from_millis(1_800_000_000_000));
        let outbox = settings(Outbox::builder(&url).clock(clock.clone())).open().await.unwrap();
        Self { outbox, clock, url, _folder: folder.map(Arc::new) }
    }

    /// One whose store is the caller's.
    pub(crate) fn of(outbox: Outbox, clock: Clock, url: String) -> Self {
        Self { outbox, clock, url, _folder: None }
    }

    /// What holds whenever no worker is at work: no row is in flight, none of a cancelled campaign waits that surely was not
    /// sent, campaigns count what their rows say and lend them their keys, budgets count what was sent or may have been, and
    /// nothing is reserved.
    pub(crate) async fn assert_at_rest(&self) {
        let found = self.outbox.contradictions().await.unwrap();
        let shown = &found[..found.len().min(5)];
        assert!(found.is_empty(), "{} contradictions: {shown:#?}", found.len());
    }
}

impl Bench {
    /// The same store as a program finds it that is started later. In memory, nothing outlives the program.
    pub(crate) async fn restarted(self) -> Self {
        if self.url == "memory:" {
            return self;
        }
        let Self { outbox, clock, url, _folder: folder } = self;
        drop(outbox);
        let outbox = Outbox::builder(&url).clock(clock.clone()).open().await.unwrap();
        Self { outbox, clock, url, _folder: folder }
    }
}

/// Makes one test of each function for each store. Afterwards the store is at rest.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                let bench = crate::stores::Bench::memory().await;
                super::$test(bench.clone()).await;
                bench.assert_at_rest().await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(bench) = crate::stores::Bench::postgres().await {
                    super::$test(bench.clone()).await;
                    bench.assert_at_rest().await;
                }
            })+
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let bench = crate::stores::Bench::sqlite().await;
                super::$test(bench.clone()).await;
                bench.assert_at_rest().await;
            })+
        }
    };
}
pub(crate) use on_every_store;

/// A user's id.
pub(crate) fn user(n: usize) -> String {
    format!("U{n:032x}")
}

/// Waits until so many messages were delivered, for a minute at most: the longest that any trouble may last.
pub(crate) async fn delivered(sim: &Sim, messages: usize) {
    let began = Instant::now();
    while sim.delivered() < messages as u64 {
        let short = format!("{} of {messages} after a minute", sim.delivered());
        assert!(began.elapsed() < Duration::from_secs(60), "{short}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Nobody got it twice, and none of these users got nothing.
pub(crate) fn assert_each_arrived_once(
    sim: &Sim,
    users: impl IntoIterator<Item = usize>,
    told: &str,
) {
    assert_eq!(sim.duplicates(), vec![], "{told}");
    let arrived = |n: &usize| sim.delivery_count(&user(*n).as_str().into()) == 1;
    let lost: Vec<usize> = users.into_iter().filter(|n| !arrived(n)).collect();
    assert!(lost.is_empty(), "{told}, lost {}: {:?}", lost.len(), &lost[..lost.len().min(10)]);
}
