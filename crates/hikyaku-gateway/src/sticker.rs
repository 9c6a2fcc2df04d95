//! Notifications whose sticker LINE refuses: the rest is sent without it.
//!
//! Old scripts name stickers that the Messaging API does not have, and what they have to say matters more.

use hikyaku_model::Message;
use hikyaku_sender::{DeliveryId, ErrorKind, Listed, NewDelivery, Outbox, State};
use serde_json::{Value, json};

use crate::Error;

/// What is kept with a notification.
pub(crate) fn reference(token: i64, has_sticker: bool) -> Value {
    if has_sticker {
        json!({ "notify_token": token, "sticker": true })
    } else {
        json!({ "notify_token": token })
    }
}

/// Looks at a refused send, whichever it was, and sends the rest where LINE has refused a sticker. `data` is that of the
/// outcome.
pub(crate) async fn deal(outbox: &Outbox, data: &Value) -> Result<(), Error> {
    if data["reference"]["sticker"] != json!(true) {
        return Ok(());
    }
    let Some(id) = data["id"].as_i64() else { return Ok(()) };
    match outbox.show(id.into()).await? {
        Some(refused) => send_rest(outbox, &refused).await.map(drop),
        None => Ok(()),
    }
}

/// Sends a refused notification without its sticker, once however often it is called; nothing if the sticker is not what LINE
/// has refused.
pub(crate) async fn send_rest(
    outbox: &Outbox,
    refused: &Listed,
) -> Result<Option<DeliveryId>, Error> {
    let Some(rest) = rest(refused) else { return Ok(None) };
    tracing::warn!(delivery = %refused.id, "LINE refuses the sticker, the rest is sent without it");
    match outbox.enqueue(rest).await {
        Ok(enqueued) => Ok(Some(enqueued.id)),
        // It was sent by a version that wrote it in another way.
        Err(error) if matches!(error.kind(), ErrorKind::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn rest(refused: &Listed) -> Option<NewDelivery> {
    if refused.state != State::Rejected {
        return None;
    }
    let reference = refused.reference.as_ref().filter(|it| it["sticker"] == json!(true))?;
    let body = refused.body.as_ref()?;
    // A sticker is the last of the messages.
    let (sticker, messages) = body["messages"].as_array()?.split_last()?;
    let path = format!("messages[{}]", messages.len());
    if sticker["type"] != json!("sticker") || !refused.last_error.as_ref()?.contains(&path) {
        return None;
    }
    let messages = messages.iter().map(|it| serde_json::from_value::<Message>(it.clone()).ok());
    let messages: Vec<Message> = messages.collect::<Option<_>>()?;
    let mut rest = NewDelivery::push(refused.to.first()?.as_str(), messages)
        .channel(&refused.channel)
        .reference(json!({ "notify_token": reference["notify_token"] }))
        .idempotency_key(format!("notify-without-sticker:{}", refused.id));
    if let Some(key) = &refused.order_key {
        rest = rest.in_order(key);
    }
    if let Some(key) = &refused.fairness_key {
        rest = rest.fairness_key(key);
    }
    if body["notificationDisabled"] == json!(true) {
        rest = rest.notification_disabled(true);
    }
    Some(rest)
}
