use std::{convert::Infallible, fmt, str::FromStr};

use crate::file;

/// A secret as given: literally, or as `@FILE`. Clap never shows it, since any text parses.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// Returns the secret, read from its file if it names one.
    pub(crate) fn read(&self) -> anyhow::Result<String> {
        match self.0.strip_prefix('@') {
            Some(path) => read_file(path),
            None => Ok(self.0.clone()),
        }
    }
}

/// Reads a file with one secret. A line break at its end comes from the editor and is not part of the secret.
pub(crate) fn read_file(path: &str) -> anyhow::Result<String> {
    let mut text = file::read(path)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
