//! LINE's response to a send, for a caller who waits for it.

use crate::{Attempt, State, Time, delivery::Delivery};

/// The words of attempts that LINE accepted.
const ACCEPTED: [&str; 2] = ["accepted", "duplicate"];

/// LINE's response to the accepted request for a delivery, otherwise to the newest one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineAnswer {
    /// The time of the response, on the store's clock.
    pub at: Time,
    /// The HTTP status; 409 if LINE had accepted an earlier request with the same retry key.
    pub status: u16,
    /// LINE's id of this request.
    pub request_id: Option<String>,
    /// LINE's id of the earlier request that it had accepted, if the status is 409.
    pub accepted_request_id: Option<String>,
    /// The unchanged body: an acceptance completely up to 16 kB, anything else up to its first 4 kB. Empty if no body
    /// was kept.
    pub body: String,
    /// Whether an earlier request for the delivery was sent, or may have been.
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
