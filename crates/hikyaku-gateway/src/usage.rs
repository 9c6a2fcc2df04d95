//! How much tokens are used, for the people whose they are: gathered in memory, and written down every few seconds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use hikyaku_sender::Time;

use crate::{Error, State, calendar, state::Used};

/// What was not written down yet, by token and month.
#[derive(Debug)]
pub(crate) struct Usage {
    state: State,
    pending: Mutex<HashMap<(i64, i64), Used>>,
}

impl Usage {
    pub(crate) fn new(state: State) -> Self {
        Self { state, pending: Mutex::default() }
    }

    /// Counts a call, and whether something was sent by it.
    pub(crate) fn count(&self, token: i64, now: Time, sent: bool) {
        let now = now.as_millis();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let used = pending.entry((token, calendar::month(now))).or_default();
        used.calls += 1;
        used.sends += i64::from(sent);
        used.last_at = now;
    }

    /// Writes down what was gathered.
    pub(crate) async fn write(&self) -> Result<(), Error> {
        let pending = {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *pending)
        };
        if pending.is_empty() {
            return Ok(());
        }
        let used: Vec<_> = pending.into_iter().collect();
        self.state.add_use(used.clone()).await.inspect_err(|_| self.keep(used))
    }

    /// Gathers again what the store did not take.
    fn keep(&self, used: Vec<((i64, i64), Used)>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, before) in used {
            let now = pending.entry(key).or_default();
            now.calls += before.calls;
            now.sends += before.sends;
            now.last_at = now.last_at.max(before.last_at);
        }
    }
}
