//! Tools, and the parsing of their arguments.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{failure::usage, report};

/// A tool as described to clients.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) purpose: &'static str,
    /// Whether it only reads.
    pub(super) reads: bool,
    /// Its arguments: name, JSON schema, and whether it is required.
    pub(super) arguments: Vec<(&'static str, Value, bool)>,
}

impl Tool {
    pub(super) fn told(&self) -> Value {
        let properties: Map<_, _> = self
            .arguments
            .iter()
            .map(|(name, schema, _)| ((*name).to_owned(), schema.clone()))
            .collect();
        let required: Vec<_> = self
            .arguments
            .iter()
            .filter(|(.., required)| *required)
            .map(|(name, ..)| *name)
            .collect();
        json!({
            "name": self.name,
            "description": self.purpose,
            "inputSchema": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            },
            "annotations": { "readOnlyHint": self.reads, "destructiveHint": false, "openWorldHint": !self.reads },
        })
    }

    /// Refuses unknown arguments, and the lack of required ones.
    pub(super) fn check(&self, given: &Map<String, Value>) -> anyhow::Result<()> {
        let known: Vec<_> = self.arguments.iter().map(|(name, ..)| *name).collect();
        if let Some(unknown) = given.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(usage(format!(
                "{} has no argument {unknown}; it has {}",
                self.name,
                if known.is_empty() { "none".to_owned() } else { known.join(", ") }
            )));
        }
        let missing = self
            .arguments
            .iter()
            .find(|(name, _, required)| *required && !given.contains_key(*name));
        missing.map_or(Ok(()), |(name, ..)| {
            Err(usage(format!("{} needs the argument {name}", self.name)))
        })
    }
}

/// The arguments of a call.
pub(super) struct Given<'a>(pub(super) &'a Map<String, Value>);

impl Given<'_> {
    pub(super) fn text(&self, name: &str) -> anyhow::Result<Option<&str>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(usage(format!("{name} must be a text"))),
        }
    }

    pub(super) fn needed(&self, name: &str) -> anyhow::Result<&str> {
        self.text(name)?.ok_or_else(|| usage(format!("{name} must be a text")))
    }

    pub(super) fn number(&self, name: &str) -> anyhow::Result<Option<u64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| usage(format!("{name} must be a whole number, 0 or more"))),
        }
    }
}

/// Returns the response to a call in the protocol's form.
pub(super) fn called(answer: anyhow::Result<impl Serialize>) -> Value {
    match answer.and_then(|it| Ok(serde_json::to_value(it)?)) {
        // Clients that ignore the structure read the text.
        Ok(value) => json!({
            "content": [{ "type": "text", "text": value.to_string() }],
            "structuredContent": value,
            "isError": false,
        }),
        Err(why) => json!({
            "content": [{ "type": "text", "text": report::document(&why) }],
            "isError": true,
        }),
    }
}
