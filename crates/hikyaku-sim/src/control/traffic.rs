use std::time::{Duration, Instant};

use hikyaku_model::ChatId;
use http::{StatusCode, header};
use serde_json::json;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Call, Problem, Reply, limits::duration};
use crate::{
    api::{self, Request},
    platform::{self, Outcome},
    state::{World, outbox::DeliveryFilter, send_kind},
};

/// How long a call waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How many deliveries are told of that were nearly those that were waited for.
const NEAR_MISSES: usize = 5;

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
            let mut problem =
                in_vain(&world, &format!("{count} deliveries that match and saw {seen}"));
            problem.near_misses = world.outbox.near_misses(&filter, NEAR_MISSES);
            return Err(problem);
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

/// Forgets the requests so far.
pub(super) fn clear_log(call: &Call<'_>) -> Reply {
    call.shared.change(|world| world.log.clear());
    Reply::none()
}

/// Makes a request again, with the token of the channel that made it: the log keeps none.
pub(super) async fn replay(call: &Call<'_>, seq: &str) -> Result<Reply, Problem> {
    let began = Instant::now();
    let (host, request, arrived_at) = {
        let world = call.shared.world();
        let logged = seq.parse().ok().and_then(|seq| world.log.get(seq));
        let logged = logged.ok_or_else(|| Problem::unknown("request in the log", seq))?;
        if logged.body.len() < logged.body_length {
            let message = "its body is longer than what the log keeps of it";
            return Err(Problem::new(StatusCode::CONFLICT, "cut", message));
        }
        let mut headers = logged.headers.clone();
        let holder = logged.channel_id.as_deref().and_then(|id| world.holder_of_id(id));
        if let Some(token) = holder.and_then(|holder| world.token_of(holder))
            && let Ok(bearer) = format!("Bearer {token}").try_into()
        {
            headers.insert(header::AUTHORIZATION, bearer);
        }
        let request = Request {
            id: Uuid::new_v4(),
            method: logged.method.clone(),
            path: logged.path.clone(),
            query: logged.query.clone(),
            headers,
            body: logged.body.clone(),
        };
        (logged.host, request, world.clock.now())
    };
    let mut answer = platform::answer(call.shared, host, &request);
    if let Some(ping) = answer.ping.take() {
        answer = api::tell_ping(call.shared.poster.post(*ping).await, arrived_at);
    }
    let (status, id) = (answer.status.as_u16(), request.id);
    let reply = Reply::ok(&json!({
        "status": status,
        "body": String::from_utf8_lossy(&answer.body),
        "requestId": id.to_string(),
    }));
    let outcome = Outcome {
        arrived_at,
        took: began.elapsed(),
        status: Some(status),
        accepted_status: None,
        answer: answer.body,
        fault: None,
        hint: Some(format!("request {seq} of the log, made again")),
    };
    platform::log(call.shared, host, request, outcome);
    Ok(reply)
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
