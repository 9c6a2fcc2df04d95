use std::time::Duration;

use hikyaku_model::ChatId;
use http::StatusCode;
use serde_json::json;
use tokio::time::timeout;

use super::{Call, Problem, Reply, limits::duration};
use crate::state::{World, outbox::DeliveryFilter, send_kind};

/// How long a call waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The deliveries that match. With `wait`, not before there are `count` of them, or 408.
pub(super) async fn deliveries(call: &Call<'_>) -> Result<Reply, Problem> {
    let filter = filter(call)?;
    let limit = number(call, "limit")?.unwrap_or(1000);
    if let Some(wait) = patience(call)? {
        let count = number(call, "count")?.unwrap_or(1);
        let (mut found, mut newer) = (0, filter.clone());
        let enough = || {
            let world = call.shared.world();
            found += world.outbox.count(&newer);
            newer.after = Some(world.outbox.delivered());
            found >= count
        };
        if timeout(wait, call.shared.when(enough)).await.is_err() {
            let world = call.shared.world();
            let seen = world.outbox.count(&filter);
            return Err(in_vain(&world, &format!("{count} deliveries that match and saw {seen}")));
        }
    }
    let deliveries = call.shared.world().outbox.find(&filter, limit);
    Ok(Reply::ok(&json!({ "deliveries": deliveries })))
}

pub(super) fn latest(call: &Call<'_>) -> Result<Reply, Problem> {
    let latest = call.shared.world().outbox.latest(&filter(call)?);
    let none =
        || Problem::new(StatusCode::NOT_FOUND, "unknown", "there is no delivery that matches");
    latest.map(|delivery| Reply::ok(&delivery)).ok_or_else(none)
}

/// How many deliveries there were, and who had more than one.
pub(super) fn counts(call: &Call<'_>) -> Reply {
    let world = call.shared.world();
    let repeated = world.outbox.repeated();
    let repeated = repeated.iter().map(|(user, count)| json!({ "userId": user, "count": count }));
    Reply::ok(&json!({
        "deliveries": world.outbox.delivered(),
        "users": world.outbox.people(),
        "repeated": repeated.collect::<Vec<_>>(),
    }))
}

/// The newest requests, oldest first; with `after`, the first that follow it. With `wait`, not before there are `count` of
/// them, or 408. A log that began anew has none after a place that it has not reached, and says so at once by its `last`.
pub(super) async fn log(call: &Call<'_>) -> Result<Reply, Problem> {
    let limit = number(call, "limit")?.unwrap_or(100);
    let after = number(call, "after")?.map(|after| after as u64);
    if let Some(wait) = patience(call)? {
        let count = number(call, "count")?.unwrap_or(1) as u64;
        let wanted = after.unwrap_or(0).saturating_add(count);
        let enough = || {
            let seen = call.shared.world().log.requests();
            seen >= wanted || after.is_some_and(|after| seen < after)
        };
        if timeout(wait, call.shared.when(enough)).await.is_err() {
            let world = call.shared.world();
            let seen = world.log.requests();
            return Err(in_vain(&world, &format!("{wanted} requests and saw {seen}")));
        }
    }
    let world = call.shared.world();
    let requests: Vec<_> = if let Some(after) = after {
        world.log.after(after).take(limit).collect()
    } else {
        let mut newest: Vec<_> = world.log.iter().rev().take(limit).collect();
        newest.reverse();
        newest
    };
    let (last, dropped) = (world.log.requests(), world.log.dropped());
    Ok(Reply::ok(&json!({ "requests": requests, "last": last, "dropped": dropped })))
}

fn filter(call: &Call<'_>) -> Result<DeliveryFilter, Problem> {
    let kind = call.parameter("kind").map(|word| {
        let unknown = || Problem::parameter("kind", "must be a way to send, such as `push`");
        send_kind::of(&word).ok_or_else(unknown)
    });
    Ok(DeliveryFilter {
        to: call.parameter("to").map(ChatId::from),
        message_type: call.parameter("type"),
        kind: kind.transpose()?,
        channel_id: call.parameter("channel"),
        after: number(call, "after")?.map(|after| after as u64),
    })
}

/// How long the query lets a call wait.
pub(super) fn patience(call: &Call<'_>) -> Result<Option<Duration>, Problem> {
    let Some(wait) = call.parameter("wait") else { return Ok(None) };
    let wait = duration(&wait)
        .ok_or_else(|| Problem::parameter("wait", "must be a duration, such as `3s` or `500ms`"))?;
    Ok(Some(wait.min(LONGEST_WAIT)))
}

/// What was waited for did not come.
pub(super) fn in_vain(world: &World, what: &str) -> Problem {
    let last = world.log.iter().rev().take(5).map(|request| format!("{request:?}"));
    let last = last.collect::<Vec<_>>().join(", ");
    let message = format!("waited for {what}; the last requests: [{last}]");
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", message)
}

pub(super) fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, Problem> {
    let number = call.parameter(name).map(|text| text.parse());
    number.transpose().map_err(|_| Problem::parameter(name, "must be a whole number"))
}
