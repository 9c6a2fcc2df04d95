use std::{
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use uuid::Uuid;

use crate::{api::Routes, description::Description, poster::Poster, state::World, tls::Tls};

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
    /// What its listeners show, if they speak HTTPS.
    pub(crate) tls: Option<Tls>,
    changes: AtomicU64,
    pub(crate) snapshots: Snapshots,
    /// What is known of the control API; read when it is called for the first time.
    description: OnceLock<Description>,
    pub(crate) most_connections: usize,
    pub(crate) allowed_hosts: Vec<String>,
}

/// States that were kept to come back to, by their ids, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    documents: Vec<(String, Arc<str>)>,
    /// How many there ever were.
    made: u64,
}

/// How many snapshots are kept, and of how many bytes. Our choice, to bound memory.
const MOST_SNAPSHOTS: usize = 100;
const MOST_SNAPSHOT_BYTES: usize = 512 << 20;

impl Snapshots {
    /// Keeps a state; gives its id, or nothing where there are too many.
    pub(crate) fn add(&self, document: String) -> Option<String> {
        let mut kept = self.kept();
        let bytes: usize = kept.documents.iter().map(|(_, document)| document.len()).sum();
        if kept.documents.len() >= MOST_SNAPSHOTS || bytes + document.len() > MOST_SNAPSHOT_BYTES {
            return None;
        }
        kept.made += 1;
        let id = format!("snapshot-{}", kept.made);
        kept.documents.push((id.clone(), document.into()));
        Some(id)
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.kept().documents.iter().map(|(id, _)| id.clone()).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<str>> {
        let kept = self.kept();
        kept.documents.iter().find(|(of, _)| of == id).map(|(_, document)| document.clone())
    }

    /// Forgets one. False if there is none.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let documents = &mut self.kept().documents;
        let before = documents.len();
        documents.retain(|(of, _)| of != id);
        documents.len() < before
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    pub(crate) fn new(
        world: World,
        (api_url, data_url): (String, String),
        (tls, poster): (Option<Tls>, Poster),
    ) -> Self {
        let settings = &world.settings;
        Self {
            api_url,
            data_url,
            routes: Routes::new(settings.one_listener),
            changed: Notify::new(),
            run: Uuid::new_v4(),
            rescheduled: Notify::new(),
            webhooks_wait: Notify::new(),
            poster,
            tls,
            most_connections: settings.most_connections,
            allowed_hosts: settings.allowed_hosts.clone(),
            snapshots: Snapshots::default(),
            description: OnceLock::new(),
            changes: AtomicU64::new(0),
            world: Mutex::new(world),
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

    /// The calls of the control API.
    pub(crate) fn description(&self) -> &Description {
        self.description.get_or_init(Description::read)
    }

    /// A number that is another one after each change of the state.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Wakes those who wait for a change of the state.
    pub(crate) fn tell(&self, world: &World) {
        self.changes.fetch_add(1, Ordering::Release);
        self.changed.notify_waiters();
        if world.webhooks.are_ready() {
            self.webhooks_wait.notify_one();
        }
    }
}
