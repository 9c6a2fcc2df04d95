//! The environment's one rule: a variable that is set but empty counts as not set.

use std::{env, ffi::OsString};

use crate::failure::usage;

/// Returns a variable's value, unless it is empty.
pub(crate) fn value(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns a variable's text, unless it is empty.
pub(crate) fn text(name: &str) -> anyhow::Result<Option<String>> {
    let Some(value) = value(name) else { return Ok(None) };
    value.into_string().map(Some).map_err(|_| usage(format!("{name} is not UTF-8")))
}

/// Returns the name for clap's `env`, unless the variable is empty: clap would take the empty value.
pub(crate) fn unless_empty(name: &'static str) -> Option<&'static str> {
    let is_empty = env::var_os(name).is_some_and(|value| value.is_empty());
    (!is_empty).then_some(name)
}
