use std::time::Duration;

use crate::later::Later;

/// How an [`Inbox`](crate::Inbox) handles events.
///
/// As it is made: 32 events are handled at once, each for at most two minutes. One that fails is tried again after 1, 2, 4
/// seconds and so on, at most 5 minutes later, and is a dead letter after 12 attempts: some 18 minutes. What was handled is
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
    pub(crate) later: Option<Later>,
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
            later: None,
        }
    }
}

impl Settings {
    /// How many events one program handles at once, at least 1; never two of a chat.
    pub fn at_once(mut self, events: usize) -> Self {
        self.at_once = events.max(1);
        self
    }

    /// How long the handling of one event may take. Then the handler is dropped where it waits, and the attempt has failed.
    /// No limit can end a handler that blocks its thread instead of waiting.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How often an event is handled, at least 1, before it is a dead letter. An attempt that ended with a kill counts.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = i64::from(attempts.max(1));
        self
    }

    /// How long after its first failure an event is tried again, and the longest wait: each wait is twice the one before. The
    /// later events of its chat wait, too.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = (first, longest);
        self
    }

    /// How long after a program was killed others take its events over, and a program its own after a restart. At least one
    /// second. It is renewed while a handler runs.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// How long events that were handled are remembered, so that they are not handled again when LINE sends them again. LINE
    /// does not say for how long it does; a day has been enough, and it should be more.
    pub fn keep(mut self, handled: Duration) -> Self {
        self.keep = handled;
        self
    }

    /// How long a request waits for its events to be on disk before it is answered with 503. LINE gives up after 2 seconds.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Pushes no answer: one that comes too late for its reply token, or is too long for it, is fetched with a button. See
    /// [`Later`].
    pub fn by_button(mut self, later: Later) -> Self {
        self.later = Some(later);
        self
    }

    /// How long an event waits after so many attempts.
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
