use std::fmt;

use serde::de::DeserializeOwned;

/// Why a text is no JSON, or not JSON of an object; with the place to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidJson {
    /// The line, from 1.
    pub line: usize,
    /// The column, in bytes from 1; 0 is before the first one.
    pub column: usize,
    /// What is wrong there.
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
        // serde_json ends its text with the place, which has its own fields here.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        InvalidJson { line: error.line(), column: error.column(), reason: reason.to_owned() }
    })
}
