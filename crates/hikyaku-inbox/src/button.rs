//! The button that fetches an answer: sent while the answer is being made, and tapped by the user.

use std::{pin::pin, sync::Arc, time::SystemTime};

use hikyaku_model::{event::EventKind, message};
use hikyaku_webhook::Outcome;
use tokio::time::sleep;

use crate::{
    answer::{AnswerError, Question},
    later::asked_for,
    store::Fetch,
    transaction::{EventTransaction, ReplyPlace},
};

/// Waits for the handler, and sends the button meanwhile if the handler takes long.
pub(crate) async fn beside(
    handling: impl Future<Output = Arc<Outcome>>,
    transaction: &EventTransaction,
    question: &Question<'_>,
) -> Result<Arc<Outcome>, AnswerError> {
    let mut handling = pin!(handling);
    tokio::select! {
        biased;
        outcome = &mut handling => return Ok(outcome),
        () = time_is_up(transaction, question) => {}
    }
    // Not cancelled: it has taken the reply token from the answer.
    let (outcome, sent) = tokio::join!(handling, send(transaction, question));
    sent.map(|()| outcome)
}

/// Never, where there is no button, or where its reply token is over by now: what answers the question tells that.
async fn time_is_up(transaction: &EventTransaction, question: &Question<'_>) {
    let claim = transaction.claim();
    let Some(later) = claim.button().filter(|_| claim.given.is_none()) else {
        return std::future::pending().await;
    };
    let Ok(now) = claim.outbox.now().await else { return std::future::pending().await };
    let now = now.to_system_time().unwrap_or(SystemTime::UNIX_EPOCH);
    let waited = now.duration_since(question.received_at).unwrap_or_default();
    if question.is_over(now) {
        return std::future::pending().await;
    }
    sleep(later.wait().saturating_sub(waited)).await;
}

async fn send(transaction: &EventTransaction, question: &Question<'_>) -> Result<(), AnswerError> {
    let claim = transaction.claim();
    let Some(later) = claim.button() else { return Ok(()) };
    let Ok(chat) = question.chat() else { return Ok(()) };
    let button = later.button(&claim.event_id, 0);
    let Some((reply, ends_at)) = question.reply(transaction, &[button]) else { return Ok(()) };
    transaction.sends_button();
    let place = ReplyPlace { channel: later.channel_name(), ends_at, or_push: false };
    // Nothing of the answer was sent early, but the reply token is used.
    let send = later.sent(reply).in_order(chat.as_str());
    transaction.send_early(send, String::new(), Some(place)).await?;
    Ok(())
}

/// Replies with the part of an answer that a button requested. Returns whether the event is such a tap.
pub(crate) async fn fetch(
    transaction: &EventTransaction,
    question: &Question<'_>,
) -> Result<bool, AnswerError> {
    let claim = transaction.claim();
    let EventKind::Postback(postback) = &question.event.kind else { return Ok(false) };
    let Some(((event_id, part), later)) = asked_for(&postback.data).zip(claim.later()) else {
        return Ok(false);
    };
    let Ok(chat) = question.chat() else { return Ok(true) };
    // It waited for the answer for too long; the button may be tapped again.
    let now = claim.outbox.now().await?.to_system_time().unwrap_or(SystemTime::UNIX_EPOCH);
    if question.is_over(now) {
        return Ok(true);
    }
    let kept = claim.outbox.look(Fetch {
        destination: claim.destination.clone(),
        event_id: event_id.to_owned(),
        part,
        chat: claim.chat.clone(),
    });
    let messages = match kept.await?.map(|json| message::from_json(&json)) {
        Some(Ok(messages)) => messages,
        // It is not available yet, or no longer.
        _ => vec![later.button(event_id, part)],
    };
    if let Some((reply, ends_at)) = question.reply(transaction, &messages) {
        let place = ReplyPlace { channel: later.channel_name(), ends_at, or_push: false };
        transaction.enqueue_only_reply(later.sent(reply).in_order(chat.as_str()), place)?;
    }
    Ok(true)
}
