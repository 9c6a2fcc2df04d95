//! Sends, through the outbox.

use std::time::Duration;

use hikyaku::{message::QuotaKind, model::ChatId};
use hikyaku_sender::{DeliveryId, NewDelivery};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{messages, tool::Given, world::World};
use crate::{
    failure::{not_found, usage},
    send::sent,
};

/// How long it waits for the outcome of a send.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn arguments() -> Vec<(&'static str, Value, bool)> {
    let to = json!({
        "oneOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 500 },
        ],
        "description": "The id of a user, group or room, or a list of users",
    });
    let confirm = json!({
        "type": "integer",
        "description": "How many people it goes to, to confirm a send to more than one; ask the user first",
    });
    let key = json!({
        "type": "string",
        "description": "A name for this send: called again with the same, it is sent once",
    });
    let mut arguments = vec![("to", to, true)];
    arguments.extend(messages::arguments());
    arguments.push(("confirm_recipients", confirm, false));
    arguments.push(("idempotency_key", key, false));
    arguments
}

pub(super) async fn send(world: &World, given: &Given<'_>) -> anyhow::Result<Value> {
    let messages = messages::read(given)?;
    let to = recipients(given)?;
    let mut send = match to.as_slice() {
        [one] => NewDelivery::push(one, messages),
        many => NewDelivery::multicast(many, messages),
    };
    if let Some(key) = given.text("idempotency_key")? {
        send = send.idempotency_key(key);
    }
    // Check first, so that nobody is asked about a send that is invalid.
    send.to_json()?;
    let people = people(world, &to).await?;
    let quota = quota(world).await?;
    if people > 1 && given.number("confirm_recipients")? != Some(people) {
        return Err(usage(format!(
            "nothing was sent: it goes to {people} people and costs as many of the month's messages ({}); ask the user, and call \
             again with confirm_recipients: {people}",
            quota_in_words(&quota)
        )));
    }
    let enqueued = world.outbox.enqueue(send).await?;
    let began = Instant::now();
    let mut shown = show(world, enqueued.id).await?;
    while !shown["done"].as_bool().unwrap_or(true) && began.elapsed() < PATIENCE {
        sleep(LOOK).await;
        shown = show(world, enqueued.id).await?;
    }
    shown["existing"] = enqueued.existing.into();
    shown["people"] = people.into();
    shown["cost_in_messages"] = people.into();
    shown["quota_before"] = quota;
    Ok(shown)
}

fn recipients(given: &Given<'_>) -> anyhow::Result<Vec<String>> {
    let id = |it: &Value| {
        it.as_str().map(str::to_owned).ok_or_else(|| usage("to must hold ids, which are texts"))
    };
    let mut to = match given.0.get("to") {
        Some(Value::Array(ids)) => ids.iter().map(id).collect::<anyhow::Result<Vec<_>>>()?,
        Some(one) => vec![id(one)?],
        None => Vec::new(),
    };
    to.sort_unstable();
    to.dedup();
    if to.is_empty() {
        return Err(usage("to must name somebody"));
    }
    Ok(to)
}

/// Returns the number of people whom a send reaches, as the quota counts them.
async fn people(world: &World, to: &[String]) -> anyhow::Result<u64> {
    let [one] = to else { return Ok(to.len() as u64) };
    Ok(match ChatId::from(one.as_str()) {
        id if id.as_str().starts_with('C') => {
            world.client.group_member_count(&id).await?.into_inner().count.into()
        }
        id if id.as_str().starts_with('R') => {
            world.client.room_member_count(&id).await?.into_inner().count.into()
        }
        _ => 1,
    })
}

/// Returns the outcome of a send.
pub(super) async fn show(world: &World, id: DeliveryId) -> anyhow::Result<Value> {
    let it = world
        .outbox
        .show(id)
        .await?
        .ok_or_else(|| not_found(format!("there is no delivery {id}")))?;
    Ok(json!({
        "delivery_id": it.id,
        "state": it.state.name(),
        "done": it.state.is_final(),
        "simulated": world.is_dry(),
        "request_id": it.request_id,
        "sent_messages": sent(&it.sent_messages),
        "error": it.last_error,
    }))
}

pub(super) async fn quota(world: &World) -> anyhow::Result<Value> {
    let limit = world.client.quota().await?.into_inner();
    let used = world.client.quota_consumption().await?.into_inner().total_usage;
    let limit = if limit.kind == QuotaKind::None { None } else { limit.value };
    let left = limit.map(|limit| limit.saturating_sub(used));
    Ok(json!({ "limit": limit, "used": used, "left": left, "simulated": world.is_dry() }))
}

fn quota_in_words(quota: &Value) -> String {
    match (quota["left"].as_u64(), quota["limit"].as_u64()) {
        (Some(left), Some(limit)) => format!("{left} of {limit} are left"),
        _ => "there is no limit".to_owned(),
    }
}
