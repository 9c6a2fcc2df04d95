use hikyaku_model::{Event, Object};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Call, Problem, Reply, acts,
    traffic::{in_vain, number, patience},
};

/// The webhooks of a channel. With `wait`, not before `count` tries to deliver any have ended, or 408.
pub(super) async fn webhooks(call: &Call<'_>) -> Result<Reply, Problem> {
    if let Some(wait) = patience(call)? {
        let count = number(call, "count")?.unwrap_or(1) as u64;
        let enough = || call.shared.world().webhooks.attempts() >= count;
        if timeout(wait, call.shared.when(enough)).await.is_err() {
            let world = call.shared.world();
            let seen = world.webhooks.attempts();
            return Err(in_vain(&world, &format!("{count} webhook attempts and saw {seen}")));
        }
    }
    let world = call.shared.world();
    let webhooks = world.webhooks_of(call.channel(&world)?);
    Ok(Reply::ok(&json!({ "webhooks": webhooks })))
}

pub(super) fn errors(call: &Call<'_>) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let errors: Vec<_> = world.webhooks.errors(call.channel(&world)?).collect();
    Ok(Reply::ok(&json!({ "errors": errors })))
}

pub(super) fn redeliver(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let known = id.parse().is_ok_and(|id| call.shared.change(|world| world.webhooks.redeliver(id)));
    if known { Ok(Reply::none()) } else { Err(Problem::unknown("webhook", id)) }
}

/// Tells a channel's bot of any event; what it lacks is filled in. Events of types that nobody knows pass, those of known
/// types must fit.
pub(super) fn send_event(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let mut json: Object = call.read()?;
    if let Some(message) = json.get_mut("message").and_then(Value::as_object_mut) {
        acts::complete(message);
    }
    let json = Value::from(json).to_string();
    let (event, _) = Event::read(&json).map_err(|error| Problem::invalid("", error.to_string()))?;
    if let Some(misfit) = event.misfit() {
        let message = format!("the event does not fit its type: {}", misfit.reason);
        return Err(Problem::invalid("", message));
    }
    call.shared.change(|world| {
        let channel = world.channel_of_id(id).ok_or_else(|| Problem::unknown("channel", id))?;
        let event_id = world.announce(channel, event).ok_or_else(|| {
            let message =
                format!("no webhook is sent for the channel `{id}`; set its `webhook.url`");
            Problem::new(StatusCode::CONFLICT, "no_webhook", message)
        })?;
        Ok(Reply::created(&json!({ "webhookEventId": event_id })))
    })
}
