use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use uuid::Uuid;

use crate::{api::Routes, poster::Poster, settings::Settings, state::World};

/// What the sockets, the control API and the methods of a simulator share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) routes: Routes,
    /// Tells those who wait that something may have changed.
    pub(crate) changed: Notify,
    /// Which simulator this is, for pages that stay while it is started again.
    pub(crate) run: Uuid,
    /// Where it is reached; without a slash at the end.
    pub(crate) api_url: String,
    pub(crate) data_url: String,
    /// Tells that something may fall due at another time than before.
    pub(crate) rescheduled: Notify,
    /// Tells that a webhook may wait to be posted.
    pub(crate) webhooks_wait: Notify,
    pub(crate) poster: Poster,
    pub(crate) most_connections: usize,
    pub(crate) allowed_hosts: Vec<String>,
}

impl Shared {
    pub(crate) fn new(settings: Settings, api_url: String, data_url: String) -> Self {
        Self {
            api_url,
            data_url,
            routes: Routes::new(settings.one_listener),
            changed: Notify::new(),
            run: Uuid::new_v4(),
            rescheduled: Notify::new(),
            webhooks_wait: Notify::new(),
            poster: Poster::new(settings.webhook.remote_allowed),
            most_connections: settings.most_connections,
            allowed_hosts: settings.allowed_hosts.clone(),
            world: Mutex::new(World::new(settings)),
        }
    }

    /// The state as it is now: what has fallen due has happened.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves a state that is as good as before it.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle();
        world
    }

    /// Wakes those who wait whenever something has fallen due.
    pub(crate) async fn keep_time(&self) {
        loop {
            let due = self.world().until_due();
            tokio::select! {
                () = sleep(due.unwrap_or(Duration::MAX)) => self.tell(&self.world()),
                () = self.rescheduled.notified() => {}
            }
        }
    }

    /// Waits until something holds.
    pub(crate) async fn when(&self, mut holds: impl FnMut() -> bool) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on no change goes by unnoticed.
            changed.as_mut().enable();
            if holds() {
                return;
            }
            changed.await;
        }
    }

    /// Changes the state, and wakes those who wait.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world();
        let value = change(&mut world);
        // The change may have been one of the clock.
        world.settle();
        self.tell(&world);
        self.rescheduled.notify_one();
        value
    }

    /// Wakes those who wait for a change of the state.
    pub(crate) fn tell(&self, world: &World) {
        self.changed.notify_waiters();
        if world.webhooks.are_ready() {
            self.webhooks_wait.notify_one();
        }
    }
}
