//! Notifications whose sticker LINE refuses: the rest is sent without it.
//!
//! Old scripts name stickers that the Messaging API does not have, and what they have to say matters more.

use hikyaku_model::Message;
use hikyaku_sender::{
    DeliveryId, ErrorKind, Listed, NewDelivery, Outbox, Priority, State as DeliveryState,
};
use serde_json::{Value, json};

use crate::{Error, State, TokenRow};

/// What is kept with a notification.
pub(crate) fn reference(token: &TokenRow, has_sticker: bool) -> Value {
    let mut reference = json!({ "notify_token": token.id });
    if has_sticker {
        reference["sticker"] = true.into();
        if token.priority != Priority::default() {
            reference["priority"] = token.priority.name().into();
        }
    }
    reference
}

/// Looks at a refused send, whichever it was, and sends the rest where LINE has refused a sticker. `data` is that of the
/// outcome.
pub(crate) async fn deal(outbox: &Outbox, state: &State, data: &Value) -> Result<(), Error> {
    if data["reference"]["sticker"] != json!(true) {
        return Ok(());
    }
    let Some(id) = data["id"].as_i64() else { return Ok(()) };
    match outbox.show(id.into()).await? {
        Some(refused) => send_rest(state, &refused).await.map(drop),
        None => Ok(()),
    }
}

/// Sends a refused notification without its sticker, once however often it is called; nothing if the sticker is not what LINE
/// has refused.
pub(crate) async fn send_rest(
    state: &State,
    refused: &Listed,
) -> Result<Option<DeliveryId>, Error> {
    let is_refused = refused.state == DeliveryState::Rejected;
    let Some(rest) = rest(refused).filter(|_| is_refused) else { return Ok(None) };
    tracing::warn!(delivery = %refused.id, "LINE refuses the sticker, the rest is sent without it");
    match state.send_instead(refused.id, rest).await {
        Ok(id) => Ok(Some(id)),
        // It was sent by a version that wrote it in another way.
        Err(error) if matches!(error.of_outbox(), Some(ErrorKind::Conflict { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether nobody got a notification, with its sticker or without, and nobody will.
pub(crate) async fn is_surely_not_sent(outbox: &Outbox, listed: &Listed) -> Result<bool, Error> {
    if !was_not_sent(listed) || rest(listed).is_none() {
        return Ok(was_not_sent(listed));
    }
    let rest = outbox.find(&listed.channel, name_of_rest(listed.id)).await?;
    // Without one, it is sent at any moment, unless a person has put the refusal away before.
    Ok(rest.map_or(listed.state == DeliveryState::Dropped, |rest| was_not_sent(&rest)))
}

fn was_not_sent(listed: &Listed) -> bool {
    let ended = matches!(
        listed.state,
        DeliveryState::Rejected | DeliveryState::Cancelled | DeliveryState::Dropped
    );
    ended && !listed.may_have_landed
}

fn name_of_rest(refused: DeliveryId) -> String {
    format!("notify-without-sticker:{refused}")
}

/// What is left of a notification whose sticker LINE has refused.
fn rest(refused: &Listed) -> Option<NewDelivery> {
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
        .idempotency_key(name_of_rest(refused.id))
        .priority(
            reference["priority"].as_str().and_then(|it| it.parse().ok()).unwrap_or_default(),
        );
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
