//! Single steps of a worker, for tests that stop one of them in the middle.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::{
    DeliveryId, Error, Limits, Listed, Outbox,
    delivery::Outcome,
    store::{
        Handed, Job, Offer, Promise, Row, Seat,
        step::{Attempt, Claim, Settle, Sweep},
    },
};

/// A worker that takes what is enqueued, and does nothing with it.
#[doc(hidden)]
#[derive(Debug)]
pub struct IdleWorker {
    _seat: Seat,
    handed: mpsc::Receiver<(Handed, Promise)>,
}

impl IdleWorker {
    /// The ids and fences of what it took since it was asked last.
    pub fn taken(&mut self) -> Vec<(i64, i64)> {
        let handed = std::iter::from_fn(|| self.handed.try_recv().ok());
        handed.flat_map(|(it, _)| it.jobs).map(|job| (job.id(), job.fence())).collect()
    }
}

/// What a worker has claimed and not settled.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct InHand(Vec<Job>);

fn accepted(id: i64, fence: i64, claimed: Option<Row>) -> Attempt {
    let outcome = Outcome::Accepted { request_id: None, duplicate: false };
    Attempt { id, fence, outcome, request: None, answer: None, claimed }
}

impl Outbox {
    /// A worker of a channel that has room for so many sends.
    #[doc(hidden)]
    pub fn idle_worker(
        &self,
        channel: &str,
        room: usize,
        lease: Duration,
        limits: Limits,
    ) -> IdleWorker {
        let channels = [channel.to_owned()].into();
        let offer = Offer { channels, limits, lease, worker: "a test".into() };
        let (seat, handed) = self.shared().store.takers().join(offer);
        seat.has_room(room);
        IdleWorker { _seat: seat, handed }
    }

    /// Claims as many deliveries of a channel as a worker with this much room would. Returns their ids and fences.
    #[doc(hidden)]
    pub async fn claim_some(
        &self,
        channel: &str,
        want: u32,
        lease: Duration,
    ) -> Result<Vec<(i64, i64)>, Error> {
        let InHand(jobs) = self.claim_in_hand(channel, want, lease).await?;
        Ok(jobs.iter().map(|job| (job.id(), job.fence())).collect())
    }

    /// The same, and keeps what a worker keeps of them.
    #[doc(hidden)]
    pub async fn claim_in_hand(
        &self,
        channel: &str,
        want: u32,
        lease: Duration,
    ) -> Result<InHand, Error> {
        let (channels, limits) = (vec![channel.to_owned()], Limits::none());
        let claim = Claim { channels, turn: 1, want, lease, limits, worker: "a test".into() };
        Ok(InHand(self.shared().store.run(claim).await?.jobs))
    }

    /// Records that LINE accepted them.
    #[doc(hidden)]
    pub async fn settle_as_accepted(&self, claimed: &[(i64, i64)]) -> Result<(), Error> {
        let attempts = claimed.iter().map(|&(id, fence)| accepted(id, fence, None)).collect();
        self.shared().store.run(Settle(attempts)).await.map(drop)
    }

    /// The same of what a worker has in hand.
    #[doc(hidden)]
    pub async fn settle_in_hand_as_accepted(&self, InHand(jobs): InHand) -> Result<(), Error> {
        let attempt = |job: Job| accepted(job.id(), job.fence(), Some(job.row));
        let attempts = jobs.into_iter().map(attempt).collect();
        self.shared().store.run(Settle(attempts)).await.map(drop)
    }

    /// Waits for what is told, without a look at the store in between.
    #[doc(hidden)]
    pub async fn wait_for_news(
        &self,
        id: DeliveryId,
        patience: Duration,
    ) -> Result<Option<Listed>, Error> {
        self.wait_and_look(id, patience, patience).await
    }

    /// Runs one sweep.
    #[doc(hidden)]
    pub async fn sweep_once(&self) -> Result<(), Error> {
        let inner = self.shared();
        inner.store.sweep(Sweep { keep: inner.keep, limit: 1000 }).await.map(drop)
    }
}
