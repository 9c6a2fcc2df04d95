use std::time::Duration;

use hikyaku_model::limits::{REPLY_TOKEN_LIFE, RETRY_KEY_USE};
use http::StatusCode;
use tokio::time::Instant;

use crate::{Error, ErrorKind, random, route::Repeat, throttle::Budget};

/// Longer than any delay or timeout.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The number and the timing of retries for calls that fail temporarily.
///
/// The client retries after a missing or incomplete response, 408, 5xx, 429 for the rate limit, and responses that are
/// not LINE's. It never retries a call that LINE may have acted on and would act on again.
///
/// | call | is retried |
/// |---|---|
/// | reads, and idempotent changes | after all of these |
/// | push, multicast, narrowcast, broadcast | after all of these, under the same retry key: LINE acts once |
/// | reply | after all of these within a minute, with its reply token: LINE accepts a token once |
/// | others, such as the loading animation | after 429 for the rate limit, or while no byte of the request can have
/// left |
///
/// All calls of a client and its clones share a budget of 100 retries, or of `max_retries` if that is more, so that an
/// outage of LINE's does not multiply the requests of a busy program: a retry spends one, its success gives it back, and
/// ten calls that succeed at once give one back. While the budget is spent, a call that fails is not retried.
///
/// A reply token that is refused as invalid after an attempt of unknown outcome does not distinguish "delivered" from
/// "expired": the error then says [`may_have_landed`](crate::Error::may_have_landed).
///
/// A removal that is retried after its response was lost may find nothing left to remove: its
/// [`NotFound`](crate::ErrorKind::NotFound) or [`Gone`](crate::ErrorKind::Gone) then says
/// [`may_have_landed`](crate::Error::may_have_landed).
///
/// Delays are an exponential backoff with full jitter: before retry `n` (from 0) a random time of at most
/// `base_delay * 2^n`, and never more than `max_delay`.
///
/// ```
/// use hikyaku::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_retries(8);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The number of retries after the first attempt.
    pub max_retries: u32,
    /// The longest delay before the first retry.
    pub base_delay: Duration,
    /// The longest delay before any retry.
    pub max_delay: Duration,
    /// The time after the start of the call at which the last retry may begin; never more than 23 hours.
    pub max_elapsed: Duration,
}

impl Default for RetryPolicy {
    /// 3 retries with delays of up to 0.5, 1 and 2 seconds, within one minute.
    fn default() -> Self {
        Self {
            max_retries: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            max_elapsed: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Allows one attempt and no retry.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets `max_retries`, see the field.
    pub fn max_retries(mut self, repeats: u32) -> Self {
        self.max_retries = repeats;
        self
    }

    /// Sets `base_delay`, see the field.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets `max_delay`, see the field.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets `max_elapsed`, see the field.
    pub fn max_elapsed(mut self, time: Duration) -> Self {
        self.max_elapsed = time;
        self
    }

    /// Returns the delay before retry `retry` (from 0). `fraction` is the jitter, from 0 to 1.
    fn delay(&self, retry: u32, fraction: f64) -> Duration {
        let longest = self.base_delay.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX));
        // The longest `Duration` does not survive the conversion to a float and back.
        longest.min(self.max_delay).min(YEAR).mul_f64(fraction)
    }
}

/// When the calls of a client are retried: its policy, and what is left of the budget that they share.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    budget: Budget,
}

impl Retries {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        let budget = Budget::full(policy.max_retries);
        Self { policy, budget }
    }
}

/// Returns when a period ends. `Instant` has a maximum: a time beyond it counts as never.
pub(crate) fn deadline(began: Instant, after: Duration) -> Instant {
    began + after.min(YEAR)
}

/// The attempts of one call. Counts them, and remembers whether any of them may have landed.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    shared: &'a Retries,
    repeat: Repeat,
    began: Instant,
    retries: u32,
    doubt: bool,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(shared: &'a Retries, repeat: Repeat) -> Self {
        Self { shared, repeat, began: Instant::now(), retries: 0, doubt: false }
    }

    /// Returns the deadline of the attempt that begins now.
    pub(crate) fn deadline(&self, timeout: Duration) -> Instant {
        let began = if self.retries == 0 { self.began } else { Instant::now() };
        deadline(began, timeout)
    }

    /// Takes note that the last attempt succeeded.
    pub(crate) fn succeeded(&self) {
        self.shared.budget.succeeded(self.retries);
    }

    /// Waits until the call may be retried, or returns the error to the caller.
    pub(crate) async fn wait_after(&mut self, error: Error) -> Result<(), Error> {
        self.doubt |= error.may_have_landed();
        let Some(delay) = self.next_delay(&error) else {
            return Err(error.after_doubt(self.doubt));
        };
        tracing::debug!(retry = self.retries, ?delay, kind = %error.kind(), "repeating the call");
        tokio::time::sleep(delay).await;
        Ok(())
    }

    fn next_delay(&mut self, error: &Error) -> Option<Duration> {
        let repeatable = match self.repeat {
            Repeat::Always | Repeat::WithReplyToken => error.is_retryable(),
            // A 409 without the id of an accepted request does not say whether the key was used.
            Repeat::WithRetryKey => {
                error.is_retryable() || error.status() == Some(StatusCode::CONFLICT)
            }
            Repeat::IfNotActedOn => error.is_retryable() && !error.may_have_landed(),
            Repeat::IfNotSent => error.kind() == ErrorKind::Network && !error.may_have_landed(),
            Repeat::Never => false,
        };
        let Retries { policy, budget } = self.shared;
        if !repeatable || self.retries >= policy.max_retries {
            return None;
        }
        let asked = error.retry_after().unwrap_or_default();
        let delay = policy.delay(self.retries, random::fraction()).max(asked);
        self.retries += 1;
        let life = match self.repeat {
            Repeat::WithReplyToken => REPLY_TOKEN_LIFE,
            _ => RETRY_KEY_USE,
        };
        let limit = policy.max_elapsed.min(life);
        let in_time = self.began.elapsed().saturating_add(delay) <= limit;
        (in_time && budget.spend()).then_some(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let policy = RetryPolicy { max_delay: Duration::from_secs(3), ..RetryPolicy::default() };
        let longest: Vec<_> = (0..5).map(|retry| policy.delay(retry, 1.0).as_millis()).collect();
        assert_eq!(longest, [500, 1000, 2000, 3000, 3000]);
        assert_eq!(policy.delay(u32::MAX, 1.0), Duration::from_secs(3));
        assert_eq!(policy.delay(2, 0.5), Duration::from_secs(1));
        let endless = RetryPolicy { base_delay: Duration::MAX, max_delay: Duration::MAX, ..policy };
        assert_eq!(endless.delay(3, 1.0), YEAR);
    }
}
