//! What is kept of a request and its answer.

use std::time::Duration;

use hikyaku::{Accepted, Error};

use crate::{Time, attempt::Attempt};

/// The longest answer to an accepted request that is kept: LINE's have some hundred bytes for each of five messages.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What is kept of one request.
pub(super) struct Record {
    pub(super) attempt: Attempt,
    /// LINE's answer as it came, where it accepted the request.
    pub(super) answer: Option<String>,
}

impl Record {
    pub(super) fn of(
        number: i64,
        began: Time,
        took: Duration,
        worker: &str,
        answer: &Result<Accepted, Error>,
    ) -> Self {
        let mut attempt = Attempt::new(number, began, Some(worker));
        attempt.took = Some(took);
        attempt.result = result(answer).into();
        let mut body = None;
        match answer {
            Ok(accepted) => {
                attempt.status = Some(accepted.status().as_u16());
                if accepted.deduplicated {
                    let own = accepted.headers().get("x-line-request-id");
                    let own = own.and_then(|id| id.to_str().ok());
                    attempt.request_id = own.map(str::to_owned);
                    attempt.accepted_request_id.clone_from(&accepted.request_id);
                } else {
                    attempt.request_id.clone_from(&accepted.request_id);
                }
                body = kept(accepted.body());
            }
            Err(error) => {
                attempt.status = error.status().map(|status| status.as_u16());
                attempt.request_id = error.request_id().map(str::to_owned);
                attempt.error = Some(error.to_string());
                attempt.set_body(error.body());
            }
        }
        Self { attempt, answer: body }
    }
}

/// The word for what came of a request, in metrics and in what is kept.
pub(super) fn result(answer: &Result<Accepted, Error>) -> &'static str {
    match answer {
        Ok(accepted) if accepted.deduplicated => "duplicate",
        Ok(_) => "accepted",
        Err(error) => error.kind().as_str(),
    }
}

/// A text that every store takes.
fn kept(body: &[u8]) -> Option<String> {
    if body.is_empty() || body.len() > LONGEST_ANSWER || body.contains(&0) {
        return None;
    }
    String::from_utf8(body.to_vec()).ok()
}
