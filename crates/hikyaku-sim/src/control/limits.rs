use std::time::Duration;

use hikyaku_model::limits::Rate;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::{Call, Problem, Reply};
use crate::{
    api,
    clock::{Clock, ClockMode},
    fault::{FaultRule, InvalidFault},
};

/// A duration as people write it: `3s`, `500ms`, `1h 30m` or `PT1H30M`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok()?.try_into().ok()
}

pub(super) fn faults(call: &Call<'_>) -> Reply {
    let world = call.shared.world();
    Reply::ok(&json!({ "faults": world.faults.iter().collect::<Vec<_>>() }))
}

pub(super) fn add_fault(call: &Call<'_>) -> Result<Reply, Problem> {
    let rule: FaultRule = call.read()?;
    api::check_place(&rule).map_err(invalid_fault)?;
    let id = call.shared.change(|world| world.faults.add(rule)).map_err(invalid_fault)?;
    Ok(Reply::created(&json!({ "id": id })))
}

pub(super) fn replace_faults(call: &Call<'_>) -> Result<Reply, Problem> {
    let rules: Vec<FaultRule> = call.read()?;
    rules.iter().try_for_each(api::check_place).map_err(invalid_fault)?;
    call.shared.change(|world| {
        world.faults.clear();
        let ids = rules.into_iter().map(|rule| world.faults.add(rule));
        let ids = ids.collect::<Result<Vec<_>, _>>().map_err(invalid_fault)?;
        Ok(Reply::ok(&json!({ "ids": ids })))
    })
}

pub(super) fn clear_faults(call: &Call<'_>) -> Reply {
    call.shared.change(|world| world.faults.clear());
    Reply::none()
}

pub(super) fn remove_fault(call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
    let removed = call.shared.change(|world| world.faults.remove(id));
    if removed { Ok(Reply::none()) } else { Err(Problem::unknown("fault", id)) }
}

fn invalid_fault(error: InvalidFault) -> Problem {
    Problem::invalid(error.pointer, error.message)
}

/// A clock's mode in JSON.
#[derive(Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
enum ModeJson {
    Wall,
    Offset { by: SignedDuration },
    Fixed { at: Timestamp },
}

pub(super) fn clock(call: &Call<'_>) -> Reply {
    #[derive(Serialize)]
    struct Now {
        now: Timestamp,
        #[serde(flatten)]
        mode: ModeJson,
    }
    let clock = call.shared.world().clock;
    let mode = match clock.mode() {
        ClockMode::Wall => ModeJson::Wall,
        ClockMode::Offset(by) => ModeJson::Offset { by },
        ClockMode::Fixed(at) => ModeJson::Fixed { at },
    };
    Reply::ok(&Now { now: clock.now(), mode })
}

pub(super) fn set_clock(call: &Call<'_>) -> Result<Reply, Problem> {
    let mode = match call.read()? {
        ModeJson::Wall => ClockMode::Wall,
        ModeJson::Offset { by } => ClockMode::Offset(by),
        ModeJson::Fixed { at } => ClockMode::Fixed(at),
    };
    call.shared.change(|world| world.clock = Clock::new(mode));
    Ok(clock(call))
}

pub(super) fn advance(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        by: String,
    }
    let Body { by } = call.read()?;
    let by = duration(&by).ok_or_else(|| {
        Problem::invalid("/by", format!("`{by}` is no duration; write it as `90s` or `1h 30m`"))
    })?;
    call.shared.change(|world| world.clock.advance(by));
    Ok(clock(call))
}

pub(super) fn quota(call: &Call<'_>) -> Result<Reply, Problem> {
    let world = call.shared.world();
    let (channel, now) = (call.channel(&world)?, world.clock.now());
    let quota = &world.channels[channel].quota;
    let (used, remaining) = (quota.used(now), quota.remaining(now));
    Ok(Reply::ok(&json!({ "limit": quota.limit(), "used": used, "remaining": remaining })))
}

pub(super) fn set_quota(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        /// Null where there is no limit; it must be said.
        #[serde(deserialize_with = "Option::deserialize")]
        limit: Option<u64>,
        #[serde(default)]
        used: u64,
    }
    let Body { limit, used } = call.read()?;
    call.shared.change(|world| {
        let (channel, now) = (call.channel(world)?, world.clock.now());
        world.channels[channel].quota.set(limit, used, now);
        Ok::<_, Problem>(())
    })?;
    quota(call)
}

/// `{"on": false}`, or one operation: `{"method", "path", "rate": {"count", "per"} or null}`.
pub(super) fn set_rate_limit(call: &Call<'_>) -> Result<Reply, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct RateJson {
        count: u32,
        per: String,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        on: Option<bool>,
        method: Option<String>,
        path: Option<String>,
        /// Null, which is no limit, is something else than absent.
        #[serde(default, deserialize_with = "given")]
        #[expect(clippy::option_option, reason = "absent, null and a rate are three things")]
        rate: Option<Option<RateJson>>,
    }
    match call.read()? {
        Body { on: Some(on), method: None, path: None, rate: None } => {
            call.shared.change(|world| world.rate_limits = on);
        }
        Body { on: None, method: Some(method), path: Some(path), rate: Some(rate) } => {
            let endpoint = api::documented(&method, &path);
            let endpoint = endpoint
                .ok_or_else(|| Problem::unknown("operation", &format!("{method} {path}")))?;
            let rate = rate.map(|RateJson { count, per }| match duration(&per) {
                Some(per) if !per.is_zero() => Ok(Rate { requests: count, per }),
                _ => Err(Problem::invalid("/rate/per", "write a duration as `1s` or `1h`")),
            });
            let rate = rate.transpose()?;
            call.shared.change(|world| world.set_rate(endpoint, rate));
        }
        _ => return Err(Problem::invalid("", "give either `on`, or `method`, `path` and `rate`")),
    }
    Ok(Reply::none())
}

fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}
