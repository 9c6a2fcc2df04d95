//! The callers in this process that wait for the outcome of a delivery.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, futures::OwnedNotified};

/// Those who wait, by delivery. Anyone who does not wait costs nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchers(Arc<Mutex<HashMap<i64, Arc<Notify>>>>);

/// One who waits for one delivery.
pub(crate) struct Watcher<'a> {
    watchers: &'a Watchers,
    delivery: i64,
    notify: Arc<Notify>,
}

impl Watchers {
    /// Waits for a delivery from now on.
    pub(crate) fn watch(&self, delivery: i64) -> Watcher<'_> {
        let notify = self.all().entry(delivery).or_default().clone();
        Watcher { watchers: self, delivery, notify }
    }

    /// Something has become of these.
    pub(crate) fn tell(&self, deliveries: impl Iterator<Item = i64>) {
        let all = self.all();
        if all.is_empty() {
            return;
        }
        for notify in deliveries.filter_map(|id| all.get(&id)) {
            notify.notify_waiters();
        }
    }

    /// Whether anybody of this program waits for it.
    pub(crate) fn has(&self, delivery: i64) -> bool {
        self.all().contains_key(&delivery)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<i64, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher<'_> {
    /// What is told from this call on ends it, however late it is awaited.
    pub(crate) fn told(&self) -> OwnedNotified {
        self.notify.clone().notified_owned()
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        let mut all = self.watchers.all();
        // The map's own and this one.
        if Arc::strong_count(&self.notify) <= 2 {
            all.remove(&self.delivery);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(watchers.all().is_empty());
    }
}
