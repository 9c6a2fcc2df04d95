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
    /// How many of them commits may bring that are on their way.
    promised: Arc<AtomicUsize>,
    hands: mpsc::Sender<(Handed, Promise)>,
}

/// Room of a worker that one commit may fill. When this is dropped, others may.
#[derive(Debug)]
pub(crate) struct Promise {
    promised: Arc<AtomicUsize>,
    sends: usize,
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
    permit: mpsc::OwnedPermit<(Handed, Promise)>,
    promise: Promise,
}

impl Takers {
    /// A worker begins to take what is enqueued, once it has room. What it takes comes by the receiver, with what was
    /// promised for it.
    pub(crate) fn join(&self, offer: Offer) -> (Seat, mpsc::Receiver<(Handed, Promise)>) {
        let (hands, handed) = mpsc::channel(COMMITS);
        let offer = Mutex::new(Arc::new(offer));
        let (room, promised) = (AtomicUsize::new(0), Arc::default());
        let taker = Arc::new(Taker { offer, room, promised, hands });
        self.all().push(taker.clone());
        (Seat { takers: self.clone(), taker }, handed)
    }

    /// A worker that may take some of these rows with their commit.
    pub(crate) fn find(&self, rows: &[Fresh]) -> Option<Hands> {
        let all = self.all();
        all.iter().find_map(|taker| {
            if taker.has_no_room() {
                return None;
            }
            let offer = taker.offer.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let fitting = rows.iter().filter(|row| offer.channels.contains(&row.channel)).count();
            let promise = taker.promise(fitting)?;
            let permit = taker.hands.clone().try_reserve_owned().ok()?;
            Some(Hands { offer, room: promise.sends, permit, promise })
        })
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Taker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taker {
    fn has_no_room(&self) -> bool {
        self.room.load(Ordering::Relaxed) <= self.promised.load(Ordering::Relaxed)
    }

    /// As many of these sends as it has room for; nothing, where it has none.
    fn promise(&self, sends: usize) -> Option<Promise> {
        let room = self.room.load(Ordering::Relaxed);
        let fitting = |promised| sends.min(room.saturating_sub(promised));
        let more = |promised| (fitting(promised) > 0).then(|| promised + fitting(promised));
        let before = self.promised.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Promise { promised: self.promised.clone(), sends: fitting(before) })
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.promised.fetch_sub(self.sends, Ordering::Relaxed);
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
        self.permit.send((handed, self.promise));
    }
}
