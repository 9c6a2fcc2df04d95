//! What a caller who waits may be told before it is written down.

use hikyaku_model::SendKind;

use crate::{Lane, LineAnswer, delivery::Outcome, store::step::Attempt};

/// LINE's answer, where nothing that follows can make it untrue: LINE has accepted the only request for a delivery whose
/// retry key it remembers. If this program is killed before the store has it, the request is repeated, and LINE answers that
/// it had accepted it.
///
/// Everything else depends on what is written: a refusal on the attempts before it and on being told, a doubt on its repeats, a
/// reply on a token that LINE does not take twice, a narrowcast on the id by which it is followed.
pub(super) fn first_answer(attempt: &Attempt) -> Option<impl FnOnce() -> LineAnswer> {
    let (request, row) = (attempt.request.as_ref()?, attempt.claimed.as_ref()?);
    let is_sure = matches!(attempt.outcome, Outcome::Accepted { duplicate: false, .. })
        && row.delivery.attempts == 1
        && row.delivery.kind != SendKind::Narrowcast
        && Lane::of(row.delivery.kind).has_retry_key();
    let status = request.status.filter(|_| is_sure)?;
    Some(move || LineAnswer {
        at: request.took.map_or(request.began, |took| request.began + took),
        status,
        request_id: request.request_id.clone(),
        accepted_request_id: None,
        body: attempt.answer.clone().unwrap_or_default(),
        repeated: false,
    })
}
