use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use super::{Shared, send, settle::Attempt};
use crate::{
    Error, Event, HoldReason, Waiting, WaitingFor,
    delivery::Outcome,
    store::step::{Claim, Grant, Sweep},
};

/// The longest that a worker sleeps without looking: what another program enqueues into a `SQLite` file tells nobody.
const LOOK: Duration = Duration::from_secs(1);

/// How many deliveries are claimed for each request that may be on its way: while some are sent, others are written
/// down, and others wait, so that no request waits for a commit.
const AHEAD: usize = 4;

/// A worker until idle does not wait for what falls due later than this.
const SOON: Duration = Duration::from_mins(20);

/// Claims and sends until `stop`; then waits for what is on its way. Gives what was still waiting.
pub(super) async fn run(
    shared: Arc<Shared>,
    outcomes: mpsc::Sender<Attempt>,
    stop: impl Future<Output = ()>,
) -> Result<Vec<Waiting>, Error> {
    let slots = Arc::new(Semaphore::new(shared.settings.concurrency));
    let most = shared.settings.concurrency * AHEAD;
    let claims = Arc::new(Semaphore::new(most));
    let sender = Arc::new(send::Sender::new(shared.clone()));
    let mut dispatch = Dispatch {
        shared,
        outcomes,
        slots,
        claims,
        most,
        sender,
        on_their_way: JoinSet::new(),
        turn: 0,
    };
    let (stopping, stopped) = watch::channel(false);
    let ended = {
        let mut work = pin!(dispatch.work(stopped));
        tokio::select! {
            biased;
            () = stop => {
                // A claim that has begun is seen through: what it took would be nobody's until its lease ends.
                stopping.send_replace(true);
                work.await
            }
            ended = &mut work => ended,
        }
    };
    dispatch.drain().await;
    ended
}

struct Dispatch {
    shared: Arc<Shared>,
    outcomes: mpsc::Sender<Attempt>,
    /// How many requests may be on their way.
    slots: Arc<Semaphore>,
    /// How many deliveries may be claimed and not yet settled.
    claims: Arc<Semaphore>,
    most: usize,
    sender: Arc<send::Sender>,
    on_their_way: JoinSet<()>,
    turn: usize,
}

impl Dispatch {
    async fn work(&mut self, mut stop: watch::Receiver<bool>) -> Result<Vec<Waiting>, Error> {
        let mut news = self.shared.inner.store.news().listen();
        let mut failures = 0;
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return Ok(Vec::new()),
                () = self.wait_for_room() => {}
            }
            news.borrow_and_update();
            let free = self.claims.available_permits();
            let grant = match self.claim(free).await {
                Ok(grant) => grant,
                Err(why) if why.is_retryable() => {
                    failures += 1;
                    tracing::warn!(%why, "the store did not give any work; trying again");
                    let pause = crate::delivery::backoff(failures, 1.0).min(LOOK * 10);
                    let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
                    continue;
                }
                Err(why) => return Err(why),
            };
            failures = 0;
            for waiting in &grant.waiting {
                self.shared.inner.events.tell(|| Event::Waiting(waiting.clone()));
            }
            if !grant.jobs.is_empty() {
                self.start(grant).await;
                continue;
            }
            // What was settled since the claim may have left something to do.
            let settled = news.has_changed().unwrap_or(false);
            if self.shared.settings.until_idle && !settled && self.is_idle(&grant).await {
                return Ok(grant.waiting);
            }
            let pause = grant.next().map_or(LOOK, |next| next.since(grant.now).min(LOOK));
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                _ = news.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Claims are made for many at a time: each is a commit, whatever it takes.
    async fn wait_for_room(&mut self) {
        let half = u32::try_from(self.most / 2).unwrap_or(u32::MAX).max(1);
        // The semaphore is never closed.
        drop(self.claims.acquire_many(half).await);
        while self.on_their_way.try_join_next().is_some() {}
    }

    async fn claim(&mut self, want: usize) -> Result<Grant, Error> {
        self.turn = self.turn.wrapping_add(1);
        self.shared.step("before claim");
        let claim = Claim {
            channels: self.shared.channels.keys().cloned().collect(),
            turn: self.turn,
            want: u32::try_from(want).unwrap_or(u32::MAX),
            lease: self.shared.settings.lease,
            limits: self.shared.settings.limits.clone(),
        };
        let grant = self.shared.inner.store.run(claim).await?;
        self.shared.step("after claim");
        Ok(grant)
    }

    async fn start(&mut self, grant: Grant) {
        let granted = Instant::now();
        for job in grant.jobs {
            // There is one for each: only what there was room for was claimed.
            let claim = self.claims.clone().acquire_owned().await.ok();
            let (sender, outcomes) = (self.sender.clone(), self.outcomes.clone());
            let slots = self.slots.clone();
            self.on_their_way.spawn(async move {
                let (id, fence) = (job.id, job.fence);
                let outcome = match slots.acquire().await {
                    Ok(_slot) => sender.send(job, granted).await,
                    // The worker is stopping.
                    Err(_) => Outcome::NotSent,
                };
                // The settler outlives all senders.
                let _ = outcomes.send(Attempt { id, fence, outcome, _claim: claim }).await;
            });
        }
    }

    async fn is_idle(&self, grant: &Grant) -> bool {
        if self.claims.available_permits() < self.most {
            return false;
        }
        let helpless = |it: &Waiting| {
            matches!(
                it.reason,
                WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota | HoldReason::Unauthorized)
            )
        };
        let soon = grant.later.is_some_and(|later| later.since(grant.now) < SOON);
        if grant.more || soon || !grant.waiting.iter().all(helpless) {
            return false;
        }
        let sweep = Sweep { keep: self.shared.inner.keep, limit: 1000 };
        // A store that cannot tell is asked again with the next claim.
        let swept = self.shared.inner.store.run(sweep).await;
        swept.is_ok_and(|swept| swept.leases + swept.keys == 0 && !swept.leased)
    }

    async fn drain(mut self) {
        self.slots.close();
        let all = async { while self.on_their_way.join_next().await.is_some() {} };
        if tokio::time::timeout(self.shared.settings.drain, all).await.is_err() {
            tracing::warn!("some requests had no answer in time; their leases end by themselves");
        }
    }
}
