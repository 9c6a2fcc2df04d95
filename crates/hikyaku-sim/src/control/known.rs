//! What the calls of the control API know. Everything else is refused, so that no misspelt word passes for one left out.

use http::Method;

use super::{Call, Problem};
use crate::{near::nearest, query};

/// The parameters of a call's query; nothing where there is no such path.
fn parameters(steps: &[&str]) -> Option<&'static [&'static str]> {
    let [first, rest @ ..] = steps else { return None };
    Some(match *first {
        "outbox" => match rest {
            [] => &["to", "type", "kind", "channel", "after", "limit", "wait", "count"],
            ["latest"] => &["to", "type", "kind", "channel", "after"],
            _ => &[],
        },
        "webhooks" => match rest {
            [] => &["channel", "after", "limit", "wait", "count"],
            ["errors"] => &["channel"],
            _ => &[],
        },
        "log" => &["after", "limit", "wait", "count"],
        "chats" if matches!(rest, [_, "messages", _]) => &["channel", "userId"],
        "modules" if rest.is_empty() => &[],
        "health" | "reset" | "state" | "snapshots" | "channels" | "faults" | "clock"
        | "ratelimit" => &[],
        "memberships" | "mission-stickers" | "modules" | "pnp-keys" | "logins" | "users"
        | "groups" | "rooms" | "chats" | "account-links" | "audiences" | "quota" => &["channel"],
        _ => return None,
    })
}

/// Whether a call has a body.
fn has_body(method: &Method, steps: &[&str]) -> bool {
    match (method.as_str(), steps) {
        ("PUT", ["chats", _, "messages", _]) => true,
        (
            "POST",
            ["channels" | "reset" | "modules" | "snapshots"]
            | ["snapshots", ..]
            | ["channels", _, "test"]
            | ["webhooks", ..]
            | ["memberships", _, ..]
            | ["users", _, "rich-menu", ..],
        )
        | ("PUT", ["chats" | "memberships", ..]) => false,
        ("POST" | "PUT" | "PATCH", _) => true,
        _ => false,
    }
}

/// Refuses parameters that a call does not know, and a body where it has none.
pub(super) fn check(call: &Call<'_>, method: &Method, steps: &[&str]) -> Result<(), Problem> {
    let Some(known) = parameters(steps) else { return Ok(()) };
    let mut given = Vec::new();
    for name in query::names(call.query) {
        if !known.contains(&&*name) {
            let message = unknown("parameter", &name, known);
            return Err(Problem::new(http::StatusCode::BAD_REQUEST, "invalid_parameter", message));
        }
        if given.contains(&name) {
            return Err(Problem::parameter(&name, "is given twice"));
        }
        given.push(name);
    }
    let has = |wanted: &str| given.iter().any(|name| name == wanted);
    if has("count") && !has("wait") {
        return Err(Problem::parameter("count", "needs `wait`, the time to wait for so many"));
    }
    if !has_body(method, steps) && !matches!(call.body.trim_ascii(), b"" | b"{}") {
        return Err(Problem::invalid("", "this call has no body"));
    }
    Ok(())
}

/// What serde says of a body that cannot be read; of an unknown key, which known one is like it.
pub(super) fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [name, known @ ..] if text.starts_with("unknown field") => unknown("key", name, known),
        [name, known @ ..] if text.starts_with("unknown variant") => unknown("word", name, known),
        _ => text,
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match (nearest(name, known.iter().copied()), known) {
        (Some(near), _) => format!("there is no {what} `{name}` here; did you mean `{near}`?"),
        (None, []) => format!("there is no {what} `{name}` here; it takes no parameters"),
        (None, _) => format!("there is no {what} `{name}` here, only `{}`", known.join("`, `")),
    }
}
