//! Workers of this program that take sends in the commit that enqueues them.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{Fresh, Job};
use crate::{Limits, Time};

/// How many commits may be on their way to one worker. Others leave their sends to its next claim.
const COMMITS: usize = 64;

/// The workers of this program. A clone has the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Takers(Arc<Mutex<Vec<Arc<Taker>>>>);

/// One worker, as those that enqueue see it.
#[derive(Debug)]
struct Taker {
    offer: Mutex<Arc<Offer>>,
    /// How many sends it could begin with now.
    room: AtomicUsize,
    hands: mpsc::Sender<Handed>,
}

/// What a worker takes, and how.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) channels: HashSet<String>,
    pub(crate) limits: Limits,
    pub(crate) lease: Duration,
    pub(crate) worker: Arc<str>,
}

/// Sends that are a worker's from their first commit on.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) jobs: Vec<Job>,
    /// When they became its own, on the store's clock.
    pub(crate) now: Time,
    /// When their permits were granted.
    pub(crate) granted: Instant,
}

/// A worker's place among the takers, which it leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    takers: Takers,
    taker: Arc<Taker>,
}

/// A worker that waits for what comes of one commit.
#[derive(Debug)]
pub(crate) struct Hands {
    pub(crate) offer: Arc<Offer>,
    pub(crate) room: usize,
    permit: mpsc::OwnedPermit<Handed>,
}

impl Takers {
    /// A worker begins to take what is enqueued, once it has room. What it takes comes by the receiver.
    pub(crate) fn join(&self, offer: Offer) -> (Seat, mpsc::Receiver<Handed>) {
        let (hands, handed) = mpsc::channel(COMMITS);
        let taker = Taker { offer: Mutex::new(Arc::new(offer)), room: AtomicUsize::new(0), hands };
        let taker = Arc::new(taker);
        self.all().push(taker.clone());
        (Seat { takers: self.clone(), taker }, handed)
    }

    /// A worker that may take some of these rows with their commit.
    pub(crate) fn find(&self, rows: &[Fresh]) -> Option<Hands> {
        let all = self.all();
        all.iter().find_map(|taker| {
            let room = taker.room.load(Ordering::Relaxed);
            let offer = taker.offer.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if room == 0 || !rows.iter().any(|row| offer.channels.contains(&row.channel)) {
                return None;
            }
            let permit = taker.hands.clone().try_reserve_owned().ok()?;
            Some(Hands { offer, room, permit })
        })
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Taker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// It takes this from now on.
    pub(crate) fn offer(&self, offer: Offer) {
        *self.taker.offer.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(offer);
    }

    /// It could begin with so many sends now.
    pub(crate) fn has_room(&self, sends: usize) {
        self.taker.room.store(sends, Ordering::Relaxed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.takers.all().retain(|it| !Arc::ptr_eq(it, &self.taker));
    }
}

impl Hands {
    /// What was committed is the worker's. One that ends takes what is still on its way, before it has ended.
    pub(crate) fn take(self, handed: Handed) {
        self.permit.send(handed);
    }
}
