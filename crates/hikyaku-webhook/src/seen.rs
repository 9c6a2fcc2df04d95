use std::{
    collections::{HashSet, VecDeque},
    fmt,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use crate::boxed::{BoxError, BoxFuture};

/// The longest id that [`SeenInMemory`] keeps, in bytes. LINE's have 26; an event with a longer id always counts as
/// new.
const ID_LIMIT: usize = 64;

/// A memory of the events that have been seen, for deduplication.
///
/// LINE redelivers an event for which it got no 2xx response, and sometimes without cause and without the redelivery
/// flag. Its `webhookEventId` stays the same.
///
/// [`SeenInMemory`] suffices for one process. With several, keep the ids in a place that all share:
///
/// ```
/// use hikyaku_webhook::{BoxError, BoxFuture, Seen};
/// # struct Connection;
/// # impl Connection {
/// #     async fn set_if_absent(&self, _key: &str, _seconds: u64) -> Result<bool, BoxError> { Ok(true) }
/// # }
///
/// struct SeenInRedis(Connection);
///
/// impl Seen for SeenInRedis {
///     fn is_first<'a>(&'a self, webhook_event_id: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
///         Box::pin(self.0.set_if_absent(webhook_event_id, 86_400))
///     }
/// }
/// ```
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery>
pub trait Seen: Send + Sync {
    /// Remembers the id, and returns whether it is new. Of two concurrent calls, only one returns true.
    ///
    /// # Errors
    /// The store cannot tell. The event is then handled: twice is better than never.
    fn is_first<'a>(&'a self, webhook_event_id: &'a str) -> BoxFuture<'a, Result<bool, BoxError>>;
}

/// A memory of the most recent events, in this process. Clones share it.
#[derive(Clone)]
pub struct SeenInMemory {
    capacity: NonZeroUsize,
    ids: Arc<Mutex<Ids>>,
}

#[derive(Default)]
struct Ids {
    known: HashSet<Arc<str>>,
    oldest_first: VecDeque<Arc<str>>,
}

impl SeenInMemory {
    /// Creates a memory of the last `capacity` events, at about 150 bytes each. The oldest is forgotten first.
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { capacity, ids: Arc::default() }
    }

    /// Remembers the id, and returns whether it is new.
    pub fn is_first(&self, webhook_event_id: &str) -> bool {
        if webhook_event_id.len() > ID_LIMIT {
            return true;
        }
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.known.contains(webhook_event_id) {
            return false;
        }
        if ids.oldest_first.len() == self.capacity.get()
            && let Some(oldest) = ids.oldest_first.pop_front()
        {
            ids.known.remove(&oldest);
        }
        let id: Arc<str> = webhook_event_id.into();
        ids.oldest_first.push_back(Arc::clone(&id));
        ids.known.insert(id);
        true
    }
}

/// The last 10,000 events.
impl Default for SeenInMemory {
    fn default() -> Self {
        Self::new(NonZeroUsize::new(10_000).unwrap_or(NonZeroUsize::MIN))
    }
}

impl Seen for SeenInMemory {
    fn is_first<'a>(&'a self, webhook_event_id: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        Box::pin(std::future::ready(Ok(Self::is_first(self, webhook_event_id))))
    }
}

impl fmt::Debug for SeenInMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenInMemory").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
