//! What an answer means for the delivery that was tried, and for its lane.

use std::time::Duration;

use hikyaku::{
    Accepted, Error, ErrorKind,
    message::{NarrowcastPhase, NarrowcastProgress},
};

use super::{Outcome, Phase, backoff};
use crate::{
    Lane,
    pace::{HoldReason, LONGEST_SILENCE},
};

/// So many failures in a row on one lane, and the lane waits.
const LINE_IS_DOWN: u32 = 10;

/// How long a lane waits at least for the quota, or for a new token.
const PARKED: Duration = Duration::from_secs(60);

/// The longest that a lane waits because an answer asked for it: LINE documents no such header, so it is a proxy's word.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// What is known of an attempt besides its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried {
    pub(crate) lane: Lane,
    /// How many attempts there were, with this one.
    pub(crate) attempts: u32,
    /// How many attempts in a row have failed on this lane before this one.
    pub(crate) failures: u32,
    /// From 0 to 1, so that what failed together does not come back together.
    pub(crate) chance: f64,
}

/// What is to be done after an attempt.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// The lanes that must wait.
    pub(crate) hold: Option<Stop>,
    /// Whether LINE failed, or was not reached.
    pub(crate) failed: bool,
}

/// Lanes that must wait, and why.
#[derive(Debug, PartialEq)]
pub(crate) struct Stop {
    pub(crate) lanes: Vec<Lane>,
    pub(crate) reason: HoldReason,
    pub(crate) at_least: Duration,
    /// The status of the answer that is the reason, where there was one.
    pub(crate) status: Option<u16>,
    /// What the answer says, for people.
    pub(crate) why: String,
}

/// Judges the answer to a send.
///
/// Only LINE's own refusal ends a delivery. What a proxy, a portal or a wrong address answers says nothing about it: the
/// lane waits until LINE is reached again.
pub(crate) fn judge(tried: Tried, answer: Result<Accepted, Error>) -> Verdict {
    match answer {
        Ok(accepted) => Verdict::of(Outcome::Accepted {
            request_id: accepted.request_id,
            duplicate: accepted.deduplicated,
        }),
        Err(error) => judge_error(tried, &error),
    }
}

/// Judges the answer to a question how far a narrowcast is; `looks` is how often it was asked before.
pub(crate) fn judge_progress(
    tried: Tried,
    looks: u32,
    answer: Result<NarrowcastProgress, Error>,
) -> Verdict {
    match answer {
        Ok(progress) => Verdict::of(Outcome::Tracked(match progress.phase {
            NarrowcastPhase::Succeeded => Phase::Succeeded,
            NarrowcastPhase::Failed => Phase::Failed {
                code: progress.error_code,
                reason: match progress.failed_description {
                    Some(description) => description,
                    None => match progress.error_code {
                        Some(code) => format!("LINE stopped the narrowcast with code {code}"),
                        None => "LINE stopped the narrowcast".to_owned(),
                    },
                },
            },
            _ => Phase::Running { after: look_again(looks) },
        })),
        Err(error) => judge_error(tried, &error),
    }
}

/// A delivery that could not even be tried: what is stored of it cannot be read now.
pub(crate) fn judge_unreadable(tried: Tried, reason: String) -> Outcome {
    // Not at once: it would be claimed again and again, ahead of all that can be sent.
    let after = backoff(tried.attempts, tried.chance);
    Outcome::Retry { after, may_have_landed: false, status: None, reason }
}

fn judge_error(tried: Tried, error: &Error) -> Verdict {
    let status = error.status().map(|status| status.as_u16());
    let patient = backoff(tried.attempts, tried.chance);
    let later = |after| Outcome::Retry {
        after,
        may_have_landed: error.may_have_landed(),
        status,
        reason: error.to_string(),
    };
    let stop =
        |lanes, reason, at_least| Stop { lanes, reason, at_least, status, why: error.to_string() };
    // What a held lane waits for is the lane's to know, so its deliveries are due at once.
    let waits = |stop| Verdict { outcome: later(Duration::ZERO), hold: Some(stop), failed: false };
    match error.kind() {
        ErrorKind::Network | ErrorKind::Transient => {
            let is_network = error.kind() == ErrorKind::Network;
            let after = if is_network { patient.min(LONGEST_SILENCE) } else { patient };
            let down = tried.failures.saturating_add(1) >= LINE_IS_DOWN;
            let hold = down.then(|| stop(vec![tried.lane], HoldReason::LineDown, Duration::ZERO));
            Verdict { outcome: later(after), hold, failed: true }
        }
        // It was not LINE that answered, and so it answers to the next delivery, too.
        ErrorKind::Foreign => Verdict {
            outcome: later(patient.min(LONGEST_SILENCE)),
            hold: Some(stop(vec![tried.lane], HoldReason::LineDown, Duration::ZERO)),
            failed: true,
        },
        // Too many messages to one user, for one: this delivery waits, and its lane goes on.
        ErrorKind::RateLimited
            if error.request_id().is_some() && !error.message().contains("rate limit") =>
        {
            Verdict::of(later(patient))
        }
        ErrorKind::RateLimited => {
            let asked = error.retry_after().unwrap_or_default().min(LONGEST_ASKED);
            waits(stop(vec![tried.lane], HoldReason::Rate, asked))
        }
        ErrorKind::QuotaExceeded => {
            let lanes = Lane::ALL.iter().copied().filter(|lane| lane.uses_quota()).collect();
            waits(stop(lanes, HoldReason::Quota, PARKED))
        }
        ErrorKind::Unauthorized => {
            waits(stop(Lane::ALL.to_vec(), HoldReason::Unauthorized, PARKED))
        }
        ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Gone | ErrorKind::Rejected
            if !error.may_have_landed() =>
        {
            Verdict::of(Outcome::Rejected {
                status: status.unwrap_or_default(),
                reason: error.to_string(),
                bad_recipient: blames_recipient(error),
            })
        }
        // A request that this client cannot make, for want of a token or an address. Another one can, so nothing is final;
        // or an answer of LINE's that does not tell.
        _ => Verdict::of(later(patient)),
    }
}

impl Verdict {
    /// LINE answered, and nothing else has to wait.
    fn of(outcome: Outcome) -> Self {
        Self { outcome, hold: None, failed: false }
    }
}

/// Whether LINE's refusal names a recipient, so that the others may get it without that one.
fn blames_recipient(error: &Error) -> bool {
    let to = |text: &str| text == "to" || text.starts_with("to[");
    error.message().contains("'to'")
        || error.message().contains("'to[")
        || error.message().contains(" to[")
        || error.message().contains("Failed to send messages")
        || error.details().iter().filter_map(|it| it.property.as_deref()).any(to)
}

/// 1, 2, 4 … and then every 30 seconds.
fn look_again(looks: u32) -> Duration {
    Duration::from_secs((1 << looks.min(5)).min(30))
}
