use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{api::Routes, settings::Settings, state::World};

/// What the sockets, the control API and the methods of a simulator share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) routes: Routes,
    /// Tells those who wait that something may have changed.
    pub(crate) changed: Notify,
    pub(crate) most_connections: usize,
    pub(crate) allowed_hosts: Vec<String>,
}

impl Shared {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            routes: Routes::new(),
            changed: Notify::new(),
            most_connections: settings.most_connections,
            allowed_hosts: settings.allowed_hosts.clone(),
            world: Mutex::new(World::new(settings)),
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves a state that is as good as before it.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something holds.
    pub(crate) async fn when(&self, holds: impl Fn() -> bool) {
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
        let value = change(&mut self.world());
        self.changed.notify_waiters();
        value
    }
}
