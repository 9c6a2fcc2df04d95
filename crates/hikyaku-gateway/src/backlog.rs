//! How many sends of a key may wait.

use std::{collections::HashMap, time::Duration};

use hikyaku_sender::{Act, Filter, Outbox, State};
use tokio::{sync::Mutex, time::Instant};

use crate::{ApiKeyRow, Error};

/// How often the sends of a key that has no room are counted at most, and how long a count is good at most: other nodes
/// enqueue, too.
const SELDOM: Duration = Duration::from_secs(1);
const AT_LEAST: Duration = Duration::from_secs(60);

/// What is known of the sends that wait. Counting reads all of them, so it is done when the bound may be reached.
#[derive(Debug, Default)]
pub(crate) struct Backlog(Mutex<HashMap<String, Known>>);

/// What is known of one key's sends.
#[derive(Clone, Copy, Debug)]
struct Known {
    counted: Instant,
    /// No more than these wait: those that were counted and those that were enqueued here since then.
    most: u64,
}

impl Backlog {
    /// Whether one more send of a key may wait, which it does from here on.
    pub(crate) async fn takes(&self, outbox: &Outbox, key: &ApiKeyRow) -> Result<bool, Error> {
        let Some(bound) = key.backlog else { return Ok(true) };
        // Kept while the sends are counted: others would count them, too.
        let mut all = self.0.lock().await;
        let now = Instant::now();
        let is_good = |it: &Known| {
            let age = now - it.counted;
            age < if it.most < bound { AT_LEAST } else { SELDOM }
        };
        let known = match all.get(&key.name).copied().filter(is_good) {
            Some(known) => known,
            None => Known { counted: now, most: count(outbox, key).await? },
        };
        let takes = known.most < bound;
        let most = known.most.saturating_add(u64::from(takes));
        all.insert(key.name.clone(), Known { most, ..known });
        Ok(takes)
    }
}

/// The sends that share a key's fairness key and wait now.
async fn count(outbox: &Outbox, key: &ApiKeyRow) -> Result<u64, Error> {
    let filter = Filter::default().channel(&key.channel).fairness_key(&key.fairness_key);
    Ok(outbox.preview(&filter.state(State::Ready), Act::Cancel).await?.deliveries())
}
