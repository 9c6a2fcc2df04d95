use std::time::Duration;

use crate::later::Later;

/// The settings of an [`Inbox`](crate::Inbox): concurrency, timeout, retries and lease.
///
/// By default 32 events are handled at once, each for at most two minutes. A failed event is retried after 1, 2, 4
/// seconds and so on, up to 5 minutes, and becomes a dead letter after 12 attempts: some 18 minutes. Handled events are
/// remembered for seven days.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) at_once: usize,
    pub(crate) time_limit: Duration,
    pub(crate) attempts: i64,
    pub(crate) backoff: (Duration, Duration),
    pub(crate) lease: Duration,
    pub(crate) keep: Duration,
    pub(crate) patience: Duration,
    /// The button for answers that are not pushed, and how many pushes a chat may cost in a day.
    pub(crate) pushes: Option<(Later, u32)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_once: 32,
            time_limit: Duration::from_secs(2 * 60),
            attempts: 12,
            backoff: (Duration::from_secs(1), Duration::from_secs(5 * 60)),
            lease: Duration::from_secs(15),
            keep: Duration::from_secs(7 * 24 * 60 * 60),
            patience: Duration::from_millis(1500),
            pushes: None,
        }
    }
}

impl Settings {
    /// Sets the number of events that one process handles at once, at least 1; never two of the same chat.
    pub fn at_once(mut self, events: usize) -> Self {
        self.at_once = events.max(1);
        self
    }

    /// Sets the timeout for handling one event. A handler that exceeds it is dropped at its current await, and the
    /// attempt has failed. A timeout cannot end a handler that blocks its thread.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets the number of attempts, at least 1, after which an event becomes a dead letter. An attempt that ended with
    /// a kill counts.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = i64::from(attempts.max(1));
        self
    }

    /// Sets the backoff: the delay before the first retry, and the longest delay; each delay is twice the one before.
    /// The later events of the chat wait as well.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = (first, longest);
        self
    }

    /// Sets the lease timeout, at least one second: how long after the kill of a process others take its events over,
    /// or the process itself after a restart. The lease is renewed while a handler runs.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// Sets how long handled events are remembered, so that LINE's redeliveries are deduplicated. LINE does not
    /// document how long it redelivers; a day has been enough, and this should be longer.
    pub fn keep(mut self, handled: Duration) -> Self {
        self.keep = handled;
        self
    }

    /// Sets how long a request waits for its events to be on disk before it is answered with 503. LINE itself times out
    /// after 2 seconds.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Disables pushes: an answer that comes too late for its reply token, or is too long for it, is fetched with a
    /// button. See [`Later`].
    pub fn by_button(self, later: Later) -> Self {
        self.daily_pushes(0, later)
    }

    /// Limits how many pushes the answers in one chat cost in a day, which begins at midnight in Japan as LINE's do. The
    /// part of an answer that would exceed it is fetched with a button instead, which is free; so is the answer to a
    /// question that arrives when nothing is left. A push to a group costs one here, however many people are in it.
    ///
    /// An outcome of the outbox, `chat.budget_80`, tells when four fifths are used or only one push is left, and
    /// `chat.budget_used_up` when none is. A handler finds what is left in
    /// [`EventTransaction::pushes_left`](crate::EventTransaction::pushes_left).
    pub fn daily_pushes(mut self, most: u32, later: Later) -> Self {
        self.pushes = Some((later, most));
        self
    }

    /// Returns the delay after this many attempts.
    pub(crate) fn wait_after(&self, attempt: i64) -> Duration {
        let (first, longest) = self.backoff;
        let doubled = u32::try_from(attempt - 1).unwrap_or(0).min(30);
        first.saturating_mul(1 << doubled).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let seconds = |attempt| Settings::default().wait_after(attempt).as_secs();
        assert_eq!([1, 2, 3, 9, 10, 1000].map(seconds), [1, 2, 4, 256, 300, 300]);
    }
}
