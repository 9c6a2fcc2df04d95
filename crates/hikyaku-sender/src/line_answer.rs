//! LINE's answer to a send, for a caller who waits for it.

use crate::{Attempt, State, Time, delivery::Delivery};

/// The words of attempts that LINE accepted.
const ACCEPTED: [&str; 2] = ["accepted", "duplicate"];

/// What LINE answered to the newest request for a delivery, or to the one that it accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineAnswer {
    /// When it was there, on the store's clock.
    pub at: Time,
    /// Its status. 409 where LINE had accepted an earlier request under the same retry key.
    pub status: u16,
    /// LINE's id of this request.
    pub request_id: Option<String>,
    /// LINE's id of the request that it had accepted, where the status is 409.
    pub accepted_request_id: Option<String>,
    /// Its body as it came: the whole of an acceptance up to 16 kB, the first 4 kB of anything else. Empty where nothing was
    /// kept.
    pub body: String,
    /// Whether another request had been made for the delivery before, or may have been.
    pub repeated: bool,
}

impl LineAnswer {
    /// The answer that tells most of where a delivery stands; none where LINE did not answer yet.
    pub(crate) fn find(delivery: &Delivery, attempts: &[Attempt]) -> Option<Self> {
        let is_accepted = matches!(delivery.state, State::Accepted | State::Tracking);
        let tells = |attempt: &&Attempt| !is_accepted || ACCEPTED.contains(&&*attempt.result);
        let attempt = attempts.iter().rfind(tells)?;
        let body = if is_accepted { &delivery.answer } else { &attempt.body };
        Some(Self {
            at: attempt.took.map_or(attempt.began, |took| attempt.began + took),
            status: attempt.status?,
            request_id: attempt.request_id.clone(),
            accepted_request_id: attempt.accepted_request_id.clone(),
            body: body.clone().unwrap_or_default(),
            repeated: attempts.first().is_some_and(|first| first.number < attempt.number),
        })
    }
}
