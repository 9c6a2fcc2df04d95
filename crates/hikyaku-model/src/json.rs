use std::fmt;

use serde::de::DeserializeOwned;

/// The reason why a text is not the expected JSON, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidJson {
    /// The line, from 1.
    pub line: usize,
    /// The column, in bytes from 1; 0 means before the first byte.
    pub column: usize,
    /// The error at this position.
    pub reason: String,
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for InvalidJson {}

/// Reads JSON that a person wrote.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, InvalidJson> {
    serde_json::from_str(json).map_err(|error| {
        let text = error.to_string();
        // serde_json appends the position to its message; here it has its own fields.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        InvalidJson { line: error.line(), column: error.column(), reason: reason.to_owned() }
    })
}
