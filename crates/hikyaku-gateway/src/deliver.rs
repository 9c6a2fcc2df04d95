//! From a notification to a push, and what the caller is told of it.

use std::time::Duration;

use hikyaku_sender::{
    DeliveryId, Event, HoldReason, Listed, NewDelivery, Outbox, State, WaitingFor,
};
use tokio::time::timeout;

use crate::{notification::Notification, state::TokenRow};

/// What is known of a notification when the caller is answered.
#[derive(Debug)]
pub(crate) enum Told {
    /// LINE has accepted it.
    Sent,
    /// It is on disk and will be sent.
    Queued,
    /// LINE has refused it; its words.
    Refused(String),
    /// LINE refuses the channel's token; nothing is kept.
    OurFault,
}

/// A notification that is in the outbox.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) id: DeliveryId,
    pub(crate) told: Told,
}

/// Puts a push into the outbox and, where `wait` is set, waits for what becomes of it.
pub(crate) async fn deliver(
    outbox: &Outbox,
    token: &TokenRow,
    notification: &Notification,
    idempotency_key: Option<&str>,
    wait: Option<Duration>,
) -> Result<Delivered, hikyaku_sender::Error> {
    let mut push = NewDelivery::push(token.target.as_str(), notification.messages())
        .channel(&token.channel)
        .in_order(&token.target)
        .fairness_key(fairness_key(token.id))
        .reference(serde_json::json!({ "notify_token": token.id }));
    if notification.silent {
        push = push.notification_disabled(true);
    }
    if let Some(key) = idempotency_key {
        push = push.idempotency_key(format!("notify:{}:{key}", token.id));
    }
    let mut events = outbox.events();
    let id = outbox.enqueue(push).await?.id;
    let Some(wait) = wait else { return Ok(Delivered { id, told: Told::Queued }) };
    let known = async {
        loop {
            if let Some(told) = judge(outbox, id).await? {
                return Ok(told);
            }
            // Until something has happened that may concern it.
            loop {
                match events.next().await {
                    Some(Event::Settled { delivery, .. }) if delivery != id => {}
                    Some(Event::Enqueued(_)) => {}
                    Some(_) => break,
                    None => return Ok(Told::Queued),
                }
            }
        }
    };
    let told = timeout(wait, known).await.unwrap_or(Ok(Told::Queued))?;
    Ok(Delivered { id, told })
}

fn fairness_key(token: i64) -> String {
    format!("notify:{token}")
}

/// What can be told already.
async fn judge(outbox: &Outbox, id: DeliveryId) -> Result<Option<Told>, hikyaku_sender::Error> {
    let Some(listed) = outbox.show(id).await? else { return Ok(Some(Told::Queued)) };
    Ok(match listed.state {
        State::Accepted => Some(Told::Sent),
        State::Rejected => Some(Told::Refused(listed.last_error.unwrap_or_default())),
        State::Ready => waits(outbox, &listed).await,
        State::InFlight => None,
        _ => Some(Told::Queued),
    })
}

/// What a delivery that is still to be sent waits for, if that takes longer than any caller does.
async fn waits(outbox: &Outbox, listed: &Listed) -> Option<Told> {
    match listed.waiting_for? {
        WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota) | WaitingFor::Release => {
            Some(Told::Queued)
        }
        WaitingFor::Hold(HoldReason::Unauthorized) => {
            // One that may have been sent stays.
            let cancelled = outbox.cancel(listed.id).await.is_ok();
            Some(if cancelled { Told::OurFault } else { Told::Queued })
        }
        _ => None,
    }
}
