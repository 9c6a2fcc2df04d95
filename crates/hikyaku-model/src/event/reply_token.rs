use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::Event;
use crate::limits::{REDELIVERED_REPLY_TOKEN_LIFE, REPLY_TOKEN_LIFE};

/// A reply token with its expiry.
///
/// LINE accepts it for one reply. A reply of the client accepts this type; other code gets the text from
/// [`take`](Self::take), which refuses an expired token. The type has no clock: callers pass the time.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use hikyaku_model::event::{Event, EventKind, ReplyToken};
///
/// let mut event: Event = Event::new(EventKind::Join);
/// event.reply_token = Some("757913772c4646b784d4b7ce46d12671".into());
///
/// let received = SystemTime::now();
/// let token = ReplyToken::of(&event, received).unwrap();
/// assert_eq!(token.left(received + Duration::from_secs(45)), Duration::from_secs(15));
/// assert!(token.take(received + Duration::from_secs(61)).is_err()); // too late: push instead
/// ```
#[derive(Clone)]
pub struct ReplyToken {
    token: String,
    received_at: SystemTime,
    ends_at: SystemTime,
}

impl ReplyToken {
    /// Returns the reply token of an event, unless it has none or is a dummy whose reply would reach nobody.
    pub fn of<S: AsRef<str>>(event: &Event<S>, received_at: SystemTime) -> Option<Self> {
        if event.is_dummy() {
            return None;
        }
        let token = event.reply_token()?.to_owned();
        let within_a_minute = received_at.checked_add(REPLY_TOKEN_LIFE)?;
        let ends_at = match happened_at(event) {
            Some(happened_at) if event.is_redelivery() => {
                within_a_minute.min(happened_at.checked_add(REDELIVERED_REPLY_TOKEN_LIFE)?)
            }
            _ => within_a_minute,
        };
        Some(Self { token, received_at, ends_at })
    }

    /// Returns the time since the webhook was received.
    pub fn age(&self, now: SystemTime) -> Duration {
        now.duration_since(self.received_at).unwrap_or_default()
    }

    /// Returns the time for which LINE still promises to accept the token; zero once it has expired.
    pub fn left(&self, now: SystemTime) -> Duration {
        self.ends_at.duration_since(now).unwrap_or_default()
    }

    /// Returns the token, expired or not.
    pub fn as_str(&self) -> &str {
        &self.token
    }

    /// Returns the token for sending the reply.
    ///
    /// # Errors
    /// The token has expired: LINE no longer promises to accept it. [`Expired::token`] holds it for a try regardless.
    pub fn take(self, now: SystemTime) -> Result<String, Expired> {
        if self.left(now).is_zero() {
            return Err(Expired { age: self.age(now), token: self.token });
        }
        Ok(self.token)
    }
}

impl From<ReplyToken> for String {
    fn from(token: ReplyToken) -> Self {
        token.token
    }
}

fn happened_at<S>(event: &Event<S>) -> Option<SystemTime> {
    let timestamp = u64::try_from(event.timestamp?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(timestamp))
}

impl fmt::Debug for ReplyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyToken").field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

/// A reply token that LINE no longer promises to accept.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired {
    /// The token. LINE may still accept it, or answer `Invalid reply token`.
    pub token: String,
    /// The time since the webhook was received.
    pub age: Duration,
}

impl fmt::Debug for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expired").field("age", &self.age).finish_non_exhaustive()
    }
}

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the reply token was received {} s ago and is no longer sure to work: send a push message instead",
            self.age.as_secs()
        )
    }
}

impl std::error::Error for Expired {}
