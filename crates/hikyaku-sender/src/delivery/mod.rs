//! A delivery as a state machine without I/O, clock or randomness. Times are passed in, and every store runs this code.
//!
//! ```text
//! ready --claim--> in flight --200, 202, 409--> accepted (a narrowcast: tracking --> accepted or rejected)
//!   ^                |  |  '--LINE refuses----> rejected
//!   |--surely not----'  |
//!   '--perhaps----------'   and with the retry key too old to be repeated: unknown
//! ```
//!
//! The claim is durable before the first byte is sent, so a row in flight is in doubt whatever happens to its worker.
//! Doubt is sticky: a later attempt that surely did not land clears only itself, and so does one that LINE refuses.
//!
//! A retry key makes retries safe for 23 hours. A reply has none, but its token does the same for a minute. A reply
//! that may become a push does so only if it surely did not arrive: in doubt it stays a reply, and ends as unknown.

mod backoff;
mod claim;
mod order;
mod restore;
mod settle;
mod state;
mod verdict;

#[cfg(test)]
mod model_test;
#[cfg(test)]
mod verdict_test;

use std::{sync::Arc, time::Duration};

use hikyaku_model::{
    SendKind,
    limits::{REPLY_TOKEN_LIFE, RETRY_KEY_USE},
};
use uuid::Uuid;

pub use backoff::backoff;
pub(crate) use claim::Claimed;
pub(crate) use order::{Ahead, Order, Place, Turn};
pub(crate) use settle::{Outcome, Phase, Settlement};
pub(crate) use state::Count;
pub use state::{State, UnknownPolicy};
pub(crate) use verdict::{Stop, Tried, Verdict, judge, judge_progress, judge_unreadable};

use crate::{Lane, Time, key};

/// A key that was used this long ago, by attempts that surely did not land, is replaced: an attempt in doubt then has
/// nearly its whole [`RETRY_KEY_USE`] to be cleared up.
const KEY_FRESH: Duration = Duration::from_secs(60 * 60);

/// How far a clock may have been set back before a key's age counts as not known.
const CLOCK_ERROR: Duration = Duration::from_secs(5 * 60);

/// What the machine knows of one delivery.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) kind: SendKind,
    /// Whether it is a reply that becomes a push when it surely did not arrive.
    pub(crate) or_push: bool,
    pub(crate) state: State,
    /// How many recipients it counts for; 1 where LINE chooses them.
    pub(crate) recipients: u32,
    pub(crate) on_unknown: UnknownPolicy,
    pub(crate) retry_key: Uuid,
    /// When the first request with this key may have left.
    pub(crate) key_used_at: Option<Time>,
    /// When the earliest attempt began that is still in doubt, not counting one in flight.
    pub(crate) first_maybe_at: Option<Time>,
    pub(crate) claimed_at: Option<Time>,
    pub(crate) lease_until: Option<Time>,
    /// Grows with every claim. An answer to an older claim is no longer its row's business.
    pub(crate) fence: i64,
    pub(crate) attempts: u32,
    pub(crate) due: Time,
    pub(crate) expires_at: Option<Time>,
    pub(crate) request_id: Option<String>,
    pub(crate) last_status: Option<u16>,
    pub(crate) last_error: Option<String>,
    /// The program that claimed it last.
    pub(crate) worker: Option<Arc<str>>,
    /// The first request, as a store keeps it.
    pub(crate) first_attempt: Option<String>,
    /// LINE's answer to the request that it accepted, as it came.
    pub(crate) answer: Option<String>,
    /// Its place among those of its order key, where it has one.
    pub(crate) order: Option<Order>,
    /// Whether it is sent as its caller wrote it, and so never cut in two.
    pub(crate) verbatim: bool,
    /// Until when a caller waits for what becomes of it. As long as it is set, a refusal is told to the caller first.
    pub(crate) watched_until: Option<Time>,
    /// When its caller was told that it was refused.
    pub(crate) told_at: Option<Time>,
}

/// The reason why a delivery stays unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// An attempt is in flight or in doubt, so it may have been sent.
    MayHaveBeenSent,
    /// It is already in a final state.
    Finished,
    /// It is not a dead letter: only rejected and unknown deliveries can be retried or dropped.
    NoDeadLetter,
    /// Its outcome is unknown and its retry key too old: a retry may send it twice, and that was not permitted.
    MayDuplicate,
}

impl Refusal {
    /// Returns the name that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MayHaveBeenSent => "may_have_been_sent",
            Self::Finished => "finished",
            Self::NoDeadLetter => "no_dead_letter",
            Self::MayDuplicate => "may_duplicate",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::MayHaveBeenSent => "may have been sent, so it cannot be cancelled; wait for its outcome",
            Self::Finished => "is finished, so there is nothing to cancel",
            Self::NoDeadLetter => "is neither rejected nor unknown, so there is nothing to retry or drop",
            Self::MayDuplicate => {
                "may have been delivered and its retry key is too old to tell; retry it with duplicates allowed, or drop it"
            }
        })
    }
}

impl Delivery {
    pub(crate) fn new(kind: SendKind, recipients: u32, retry_key: Uuid, due: Time) -> Self {
        Self {
            kind,
            or_push: false,
            state: State::Ready,
            recipients,
            on_unknown: UnknownPolicy::default(),
            retry_key,
            key_used_at: None,
            first_maybe_at: None,
            claimed_at: None,
            lease_until: None,
            fence: 0,
            attempts: 0,
            due,
            expires_at: None,
            request_id: None,
            last_status: None,
            last_error: None,
            worker: None,
            first_attempt: None,
            answer: None,
            order: None,
            verbatim: false,
            watched_until: None,
            told_at: None,
        }
    }

    /// Whether an attempt that is over may have landed.
    pub(crate) fn maybe_landed(&self) -> bool {
        self.first_maybe_at.is_some()
    }

    /// How it is sent in the end: what it was enqueued as, whatever has become of it.
    pub(crate) fn enqueued_as(&self) -> SendKind {
        if self.or_push { SendKind::Push } else { self.kind }
    }

    pub(crate) fn lane(&self) -> Lane {
        match self.state {
            State::Tracking => Lane::NarrowcastProgress,
            _ => Lane::of(self.kind),
        }
    }

    /// Withdraws it, if surely nothing was sent.
    pub(crate) fn cancel(&mut self, why: &str) -> Result<(), Refusal> {
        match self.state {
            State::Ready if !self.maybe_landed() => {
                self.end(State::Cancelled, Some(why.to_owned()));
                Ok(())
            }
            State::Ready | State::InFlight => Err(Refusal::MayHaveBeenSent),
            _ => Err(Refusal::Finished),
        }
    }

    /// Gives a dead letter another life. One in doubt keeps its key while LINE remembers it; after that only with
    /// `may_duplicate`.
    pub(crate) fn retry(&mut self, may_duplicate: bool, now: Time) -> Result<(), Refusal> {
        match self.state {
            State::Rejected => self.rotate_key(),
            // A key of its own makes the repeat safe, as long as LINE remembers it.
            State::Unknown if Lane::of(self.kind).has_retry_key() && !self.key_spent(now) => {}
            State::Unknown if may_duplicate => self.rotate_key(),
            State::Unknown => return Err(Refusal::MayDuplicate),
            _ => return Err(Refusal::NoDeadLetter),
        }
        self.state = State::Ready;
        self.due = now;
        self.expires_at = None;
        self.watched_until = None;
        // Behind those that wait by now, as if it were enqueued again.
        if let Some(order) = &mut self.order {
            order.turn = Some(now);
            order.place = Place::Free;
        }
        Ok(())
    }

    /// Takes a dead letter off the trays. It stays counted as what it was.
    pub(crate) fn drop_dead_letter(&mut self) -> Result<(), Refusal> {
        match self.state {
            State::Rejected | State::Unknown => {
                self.state = State::Dropped;
                Ok(())
            }
            _ => Err(Refusal::NoDeadLetter),
        }
    }

    /// Its caller has the answer that it was refused or withdrawn, so it is off the trays, and nobody else need be told. Whether
    /// that is news.
    pub(crate) fn told(&mut self, now: Time) -> bool {
        if !matches!(self.state, State::Rejected | State::Cancelled) || self.told_at.is_some() {
            return false;
        }
        // A cancelled one is on no tray.
        let _ = self.drop_dead_letter();
        self.told_at = Some(now);
        self.watched_until = None;
        true
    }

    /// How long after its first request the same request is harmless, however often it is repeated: as long as LINE knows
    /// its retry key or its reply token. Nothing, where it has neither.
    fn repeats_for(&self) -> Option<Duration> {
        match self.kind {
            SendKind::Reply => Some(REPLY_TOKEN_LIFE),
            kind => Lane::of(kind).has_retry_key().then_some(RETRY_KEY_USE),
        }
    }

    /// Whether nobody got it, and nobody will: LINE refused it or it was withdrawn, and no attempt is in doubt.
    pub(crate) fn surely_not_sent(&self) -> bool {
        match self.state {
            State::Rejected | State::Cancelled => true,
            // A refusal that was put away, not a doubt. A send to a phone number does not say which.
            State::Dropped => !self.maybe_landed() && self.repeats_for().is_some(),
            _ => false,
        }
    }

    /// Whether the key must not be used again: too old, or its age not known because the clock was set back.
    fn key_spent(&self, now: Time) -> bool {
        let life = self.repeats_for().unwrap_or(RETRY_KEY_USE);
        self.key_used_at
            .is_some_and(|used| now.since(used) >= life || used.since(now) > CLOCK_ERROR)
    }

    /// A reply that surely did not arrive becomes the push that stands for it, where there is one. Its key was never used:
    /// replies have none.
    fn push_instead(&mut self, why: &str, now: Time) -> bool {
        if !self.or_push || self.maybe_landed() {
            return false;
        }
        self.kind = SendKind::Push;
        self.or_push = false;
        self.state = State::Ready;
        self.key_used_at = None;
        self.lease_until = None;
        self.expires_at = None;
        self.due = now;
        self.last_error = Some(format!("pushed, because as a reply it did not arrive: {why}"));
        true
    }

    fn rotate_key(&mut self) {
        self.retry_key = key::next(self.retry_key);
        self.key_used_at = None;
        self.first_maybe_at = None;
    }

    fn end(&mut self, state: State, why: Option<String>) {
        self.state = state;
        self.lease_until = None;
        if why.is_some() {
            self.last_error = why;
        }
    }

    /// The outcome is not known and cannot be found out by asking again.
    fn give_up(&mut self, why: &str) {
        let state = match self.on_unknown {
            UnknownPolicy::Drop => State::Dropped,
            UnknownPolicy::Hold | UnknownPolicy::SendAgain => State::Unknown,
        };
        self.end(state, Some(why.to_owned()));
    }
}
