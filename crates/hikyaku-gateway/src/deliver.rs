//! From a notification to a push, and what the caller is told of it.

use std::time::{Duration, Instant};

use hikyaku_sender::{DeliveryId, HoldReason, NewDelivery, Outbox, State, WaitingFor};

use crate::{Error, notification::Notification, state::TokenRow, sticker};

/// LINE refuses the channel's token.
const UNAUTHORIZED: WaitingFor = WaitingFor::Hold(HoldReason::Unauthorized);

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
) -> Result<Delivered, Error> {
    let mut push = NewDelivery::push(token.target.as_str(), notification.messages())
        .channel(&token.channel)
        .in_order(&token.target)
        .fairness_key(fairness_key(token.id))
        .reference(sticker::reference(token.id, notification.has_sticker()));
    if notification.silent {
        push = push.notification_disabled(true);
    }
    if let Some(key) = idempotency_key {
        push = push.idempotency_key(format!("notify:{}:{key}", token.id));
    }
    let mut id = outbox.enqueue(push).await?.id;
    let Some(wait) = wait else { return Ok(Delivered { id, told: Told::Queued }) };
    let end = Instant::now() + wait;
    let told = loop {
        let left = end.saturating_duration_since(Instant::now());
        let Some(listed) = outbox.wait(id, left).await? else { break Told::Queued };
        break match listed.state {
            State::Accepted => Told::Sent,
            State::Rejected => {
                if let Some(rest) = sticker::send_rest(outbox, &listed).await? {
                    id = rest;
                    continue;
                }
                Told::Refused(listed.last_error.unwrap_or_default())
            }
            State::Ready if listed.waiting_for == Some(UNAUTHORIZED) => {
                // One that may have been sent stays.
                let cancelled = outbox.cancel(id).await.is_ok();
                if cancelled { Told::OurFault } else { Told::Queued }
            }
            _ => Told::Queued,
        };
    };
    Ok(Delivered { id, told })
}

fn fairness_key(token: i64) -> String {
    format!("notify:{token}")
}
