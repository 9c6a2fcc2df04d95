use hikyaku_model::{Event, Object};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Call, Problem, Reply, acts,
    traffic::{in_vain, number, patience},
};
use crate::{
    poster::Post,
    state::webhook::{WebhookReason, is_endpoint},
};

/// The webhooks of a channel; with `after`, those with a try that ended later. With `wait`, not before `count` tries have
/// ended (after `after`), or 408. After a reset there are fewer tries, and `attempts` says so at once.
pub(super) async fn webhooks(call: &Call<'_>) -> Result<Reply, Problem> {
    let after = number(call, "after")?.map(|after| after as u64);
    let limit = number(call, "limit")?.unwrap_or(usize::MAX);
    if let Some(wait) = patience(call)? {
        let count = number(call, "count")?.unwrap_or(1) as u64;
        let wanted = after.unwrap_or(0).saturating_add(count);
        let enough = || {
            let seen = call.shared.world().webhooks.attempts();
            seen >= wanted || after.is_some_and(|after| seen < after)
        };
        if timeout(wait, call.shared.when(enough)).await.is_err() {
            let world = call.shared.world();
            let seen = world.webhooks.attempts();
            return Err(in_vain(&world, &format!("{wanted} webhook attempts and saw {seen}")));
        }
    }
    let world = call.shared.world();
    let mut webhooks = world.webhooks_of(call.receiver(&world)?);
    if let Some(after) = after {
        webhooks.retain(|webhook| webhook.attempts.iter().any(|attempt| attempt.seq > after));
    }
    webhooks.drain(..webhooks.len().saturating_sub(limit));
    Ok(Reply::ok(&json!({ "webhooks": webhooks, "attempts": world.webhooks.attempts() })))
}

pub(super) fn errors(call: &Call<'_>) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let id = world.id_of(call.receiver(&world)?);
    let errors: Vec<_> = world.webhooks.errors(id).collect();
    Ok(Reply::ok(&json!({ "errors": errors })))
}

pub(super) fn redeliver(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let known = id.parse().is_ok_and(|id| call.shared.change(|world| world.webhooks.redeliver(id)));
    if known { Ok(Reply::none()) } else { Err(Problem::unknown("webhook", id)) }
}

/// What may be tested in place of a channel's own endpoint.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tested {
    endpoint: Option<String>,
}

/// Posts a webhook without events to a channel's bot, and tells what came of it, as LINE's own test does; without LINE's limit
/// on tests, so that programs can wait for a bot.
pub(super) async fn test(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let tested: Tested = if call.body.is_empty() { Tested::default() } else { call.read()? };
    let post = {
        let world = call.shared.world();
        let place = world.channel_of_id(id).ok_or_else(|| Problem::unknown("channel", id))?;
        let channel = &world.channels[place];
        let url = tested.endpoint.or_else(|| channel.webhook.url.clone());
        let url = url.ok_or_else(|| no_webhook(id))?;
        if !is_endpoint(&url, world.settings.webhook.remote_allowed) {
            return Err(Problem::invalid("endpoint", "is not the URL of a webhook"));
        }
        Post::new(&channel.bot, &channel.secret, &url, &[])
    };
    let verdict = call.shared.poster.post(post).await;
    Ok(Reply::ok(&json!({
        "success": verdict.reason == WebhookReason::Ok,
        "status": verdict.status,
        "reason": verdict.reason,
        "detail": verdict.detail,
    })))
}

fn no_webhook(id: &str) -> Problem {
    let message = format!("no webhook is sent for the channel `{id}`; set its `webhook.url`");
    Problem::new(StatusCode::CONFLICT, "no_webhook", message)
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
        let event_id = world.announce(channel, event).ok_or_else(|| no_webhook(id))?;
        Ok(Reply::created(&json!({ "webhookEventId": event_id })))
    })
}
