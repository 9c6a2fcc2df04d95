//! What the calls of the control API know. Everything else is refused, so that no misspelt word passes for one left out.

use http::Method;

use super::{Call, Problem};
use crate::{near::nearest, query};

/// Refuses a call that is not described, parameters that it does not know, and a body where it has none.
pub(super) fn check(
    call: &Call<'_>,
    method: &Method,
    path: &str,
    steps: &[&str],
) -> Result<(), Problem> {
    let operation = call.shared.description().find(method, steps);
    let operation = operation.ok_or_else(|| Problem::unknown_path(method, path))?;
    let known: Vec<&str> = operation.parameters.iter().map(String::as_str).collect();
    let mut given = Vec::new();
    for name in query::names(call.query) {
        if !known.contains(&&*name) {
            let message = unknown("parameter", &name, &known);
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
    if !operation.has_body && !matches!(call.body.trim_ascii(), b"" | b"{}") {
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
