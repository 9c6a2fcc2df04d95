use std::time::Duration;

use super::{Delivery, State};
use hikyaku_model::SendKind;

use crate::Time;

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// LINE has accepted it: 200, 202, or 409 for its retry key.
    Accepted {
        /// The id of the request that was accepted.
        request_id: Option<String>,
        /// Whether an earlier attempt was the accepted one.
        duplicate: bool,
    },
    /// Not accepted now, perhaps later.
    Retry {
        /// How long to wait.
        after: Duration,
        /// Whether LINE may have acted all the same.
        may_have_landed: bool,
        /// The status, where there was an answer.
        status: Option<u16>,
        /// The reason, for people.
        reason: String,
    },
    /// LINE itself has refused it: 400, 403, 404, 413 and other 4xx.
    Rejected {
        /// The status.
        status: u16,
        /// LINE's words.
        reason: String,
        /// Whether a recipient is to blame, so that the others of a chunk may be tried without it.
        bad_recipient: bool,
    },
    /// It was not sent at all: its permit had run out, its lane was stopped meanwhile, or the worker is stopping.
    NotSent,
    /// How far a narrowcast is.
    Tracked(Phase),
}

impl Outcome {
    /// What a span calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Accepted { duplicate: true, .. } => "duplicate",
            Self::Accepted { .. } => "accepted",
            Self::Retry { .. } => "retry",
            Self::Rejected { .. } => "rejected",
            Self::NotSent => "not_sent",
            Self::Tracked(_) => "tracked",
        }
    }
}

/// How far LINE is with a narrowcast.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status>
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Not done; ask again later.
    Running {
        /// How much later.
        after: Duration,
    },
    /// Sent, or no longer to be found out.
    Succeeded,
    /// Not sent.
    Failed {
        /// LINE's code: 1 internal, 2 too few recipients, 3 a retry of an accepted request, 4 an audience too small, 5
        /// cancelled so as not to be partial.
        code: Option<u32>,
        /// LINE's words.
        reason: String,
    },
}

/// LINE's code for a narrowcast whose retry key had been accepted before.
const CONFLICT: u32 = 3;

/// How long after its acceptance a narrowcast is first asked after.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// What an outcome changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// The row took it.
    Applied,
    /// The row took it, and two halves are to be enqueued in its place.
    Split,
    /// The row has moved on; the outcome is no news to it.
    Stale,
}

impl Delivery {
    /// Applies what came of the claim with this fence.
    pub(crate) fn settle(&mut self, fence: i64, outcome: Outcome, now: Time) -> Settlement {
        if let Outcome::Accepted { request_id, .. } = outcome {
            return self.accept(request_id, now);
        }
        if fence != self.fence {
            return Settlement::Stale;
        }
        match (self.state, outcome) {
            (State::Tracking, Outcome::Tracked(phase)) => self.track(phase, now),
            (State::Tracking, Outcome::Retry { after, reason, status, .. }) => {
                self.due = now + after;
                self.note(status, reason);
            }
            (State::Tracking, Outcome::NotSent) => self.due = now,
            (State::Tracking, Outcome::Rejected { status, reason, .. }) => {
                // LINE keeps a progress for 14 days; the narrowcast itself was accepted.
                self.note(Some(status), reason);
                self.state = State::Accepted;
            }
            (State::InFlight, Outcome::Retry { after, may_have_landed, status, reason }) => {
                if may_have_landed {
                    self.doubt(&reason, now + after);
                } else {
                    self.back_to_ready(now + after);
                }
                self.note(status, reason);
            }
            (State::InFlight, Outcome::Rejected { status, reason, bad_recipient }) => {
                return self.reject(status, reason, bad_recipient, now);
            }
            (State::InFlight, Outcome::NotSent) => {
                self.attempts = self.attempts.saturating_sub(1);
                if self.key_used_at == self.claimed_at && !self.maybe_landed() && self.attempts == 0
                {
                    self.key_used_at = None;
                }
                self.back_to_ready(self.due);
            }
            _ => return Settlement::Stale,
        }
        Settlement::Applied
    }

    /// Acceptance is the one outcome that is true whoever brings it, however late.
    fn accept(&mut self, request_id: Option<String>, now: Time) -> Settlement {
        if !matches!(self.state, State::Ready | State::InFlight | State::Unknown) {
            return Settlement::Stale;
        }
        // A narrowcast that had failed as a conflict and is answered with the same id again has no other id to follow.
        let news = request_id.is_some() && request_id != self.request_id;
        let state = if self.kind == SendKind::Narrowcast && news {
            State::Tracking
        } else {
            State::Accepted
        };
        self.end(state, None);
        self.due = now + FIRST_LOOK;
        self.first_maybe_at = None;
        self.last_error = None;
        self.request_id = request_id.or(self.request_id.take());
        Settlement::Applied
    }

    fn reject(
        &mut self,
        status: u16,
        reason: String,
        bad_recipient: bool,
        now: Time,
    ) -> Settlement {
        self.last_status = Some(status);
        if self.maybe_landed() {
            self.give_up(&format!("refused now, but an earlier attempt may have landed: {reason}"));
        } else if bad_recipient
            && self.kind == SendKind::Multicast
            && self.recipients > 1
            && !self.verbatim
        {
            self.end(State::Split, Some(reason));
            return Settlement::Split;
        } else if self.push_instead(&reason, now) {
            // LINE took nothing, and the push has a key.
        } else {
            self.end(State::Rejected, Some(reason));
        }
        Settlement::Applied
    }

    fn track(&mut self, phase: Phase, now: Time) {
        match phase {
            Phase::Running { after } => self.due = now + after,
            Phase::Succeeded => self.state = State::Accepted,
            Phase::Failed { code: Some(CONFLICT), .. } if self.key_spent(now) => {
                self.state = State::Accepted;
            }
            Phase::Failed { code: Some(CONFLICT), reason } => {
                // Another request with this key was the accepted one; repeating it tells which.
                self.first_maybe_at = self.claimed_at;
                self.state = State::Ready;
                self.due = now;
                self.last_error = Some(reason);
            }
            Phase::Failed { reason, .. } => self.end(State::Rejected, Some(reason)),
        }
    }

    fn back_to_ready(&mut self, due: Time) {
        self.state = State::Ready;
        self.lease_until = None;
        self.due = due;
    }

    fn note(&mut self, status: Option<u16>, reason: String) {
        self.last_status = status;
        self.last_error = Some(reason);
    }
}
