//! The callers in this process that wait for the outcome of a delivery.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::{Notify, futures::OwnedNotified};

use crate::LineAnswer;

/// Those who wait, by delivery. Anyone who does not wait costs nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchers(Arc<Mutex<All>>);

#[derive(Debug, Default)]
struct All {
    waiting: HashMap<i64, Arc<Notify>>,
    /// What LINE has accepted and the store does not know yet, where somebody waits for it.
    accepted: HashMap<i64, Heard>,
}

/// LINE's acceptance, and when it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) answer: LineAnswer,
    pub(crate) at: Instant,
}

/// One who waits for one delivery.
pub(crate) struct Watcher<'a> {
    watchers: &'a Watchers,
    delivery: i64,
    notify: Arc<Notify>,
}

impl Watchers {
    /// Waits for a delivery from now on.
    pub(crate) fn watch(&self, delivery: i64) -> Watcher<'_> {
        let notify = self.all().waiting.entry(delivery).or_default().clone();
        Watcher { watchers: self, delivery, notify }
    }

    /// Something has become of these that the store has, or never will.
    pub(crate) fn tell(&self, deliveries: impl Iterator<Item = i64>) {
        let mut all = self.all();
        if all.waiting.is_empty() && all.accepted.is_empty() {
            return;
        }
        for id in deliveries {
            all.accepted.remove(&id);
            if let Some(notify) = all.waiting.get(&id) {
                notify.notify_waiters();
            }
        }
    }

    /// LINE has accepted a delivery, before the store has it: for those who wait, and for others until it has.
    pub(crate) fn accepted(&self, delivery: i64, answer: impl FnOnce() -> LineAnswer) {
        let mut all = self.all();
        let Some(notify) = all.waiting.get(&delivery).cloned() else { return };
        all.accepted.insert(delivery, Heard { answer: answer(), at: Instant::now() });
        notify.notify_waiters();
    }

    /// The deliveries that LINE has accepted and the store does not know yet.
    pub(crate) fn unrecorded(&self) -> Vec<i64> {
        self.all().accepted.keys().copied().collect()
    }

    /// Whether anybody of this program waits for it.
    pub(crate) fn has(&self, delivery: i64) -> bool {
        self.all().waiting.contains_key(&delivery)
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher<'_> {
    /// What is told from this call on ends it, however late it is awaited.
    pub(crate) fn told(&self) -> OwnedNotified {
        self.notify.clone().notified_owned()
    }

    /// LINE's acceptance, while the store does not have it.
    pub(crate) fn heard(&self) -> Option<Heard> {
        self.watchers.all().accepted.get(&self.delivery).cloned()
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        let mut all = self.watchers.all();
        // The map's own and this one.
        if Arc::strong_count(&self.notify) <= 2 {
            all.waiting.remove(&self.delivery);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    #[tokio::test]
    async fn all_who_wait_are_told_and_nobody_is_left() {
        let watchers = Watchers::default();
        let (one, same, other) = (watchers.watch(1), watchers.watch(1), watchers.watch(2));
        let (first, second) = (one.told(), same.told());
        watchers.tell([1, 3].into_iter());
        first.await;
        second.await;
        drop(one);
        let again = same.told();
        watchers.tell(std::iter::once(1));
        again.await;
        drop((same, other));
        assert!(watchers.all().waiting.is_empty());
    }

    #[tokio::test]
    async fn an_acceptance_is_kept_until_the_store_has_it_if_somebody_waited() {
        let watchers = Watchers::default();
        let answer = || LineAnswer {
            at: Time::default(),
            status: 200,
            request_id: None,
            accepted_request_id: None,
            body: String::new(),
            repeated: false,
        };
        watchers.accepted(1, answer);
        let one = watchers.watch(1);
        assert!(one.heard().is_none(), "nobody waited");
        let told = one.told();
        watchers.accepted(1, answer);
        told.await;
        drop(one);
        assert!(watchers.watch(1).heard().is_some(), "a later caller hears it, too");
        watchers.tell(std::iter::once(1));
        assert!(watchers.watch(1).heard().is_none());
        assert!(watchers.all().accepted.is_empty());
    }
}
