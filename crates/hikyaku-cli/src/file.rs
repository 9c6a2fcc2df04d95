use std::{
    fs::{self, File},
    io::{ErrorKind, Read, stdin},
    path::Path,
};

use serde::de::DeserializeOwned;

use crate::failure::usage;

/// Reads a text file that the user named; `-` is stdin. A byte-order mark, which Windows' editors like, is skipped.
pub(crate) fn read(path: &str) -> anyhow::Result<String> {
    let text = if path == "-" {
        let mut text = String::new();
        stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    match text {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(usage(format!("cannot read {path}: it is not UTF-8; write it as UTF-8")))
        }
        Err(error) => Err(usage(format!("cannot read {path}: {error}; check the path"))),
    }
}

/// Reads a file that the user named, as it is; `-` is stdin.
pub(crate) fn read_bytes(path: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    bytes.map_err(|error| usage(format!("cannot read {path}: {error}; check the path")))
}

/// Opens a file that the user named, to read it bit by bit; `-` is stdin.
pub(crate) fn open(path: &str) -> anyhow::Result<Box<dyn Read + Send>> {
    if path == "-" {
        return Ok(Box::new(stdin()));
    }
    let opened = File::open(path).and_then(|file| {
        // It would only say so when it is read, and by then something may have been begun.
        if file.metadata()?.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(file) }
    });
    match opened {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(usage(format!("cannot read {path}: {error}; check the path"))),
    }
}

/// A text that is given as it is, or as `@FILE`; and what to call it in errors.
pub(crate) fn read_argument<'a>(
    flag: &'a str,
    argument: &'a str,
) -> anyhow::Result<(String, &'a str)> {
    match argument.strip_prefix('@') {
        Some(path) => Ok((read(path)?, path)),
        None => Ok((argument.to_owned(), flag)),
    }
}

/// The same for a text that is a JSON object.
pub(crate) fn read_json<'a, T: DeserializeOwned>(
    flag: &'a str,
    argument: &'a str,
) -> anyhow::Result<(T, &'a str)> {
    let (json, name) = read_argument(flag, argument)?;
    match serde_json::from_str(&json) {
        Ok(value) => Ok((value, name)),
        Err(why) => {
            let step = next_step(argument);
            Err(usage(format!("{name} is no JSON object: {why}; {step}")))
        }
    }
}

/// What to do about an argument that is no JSON: a path that lacks its `@` is the usual slip.
pub(crate) fn next_step(argument: &str) -> String {
    if !argument.starts_with('@') && Path::new(argument).exists() {
        format!("for the file of that name write @{argument}")
    } else {
        "mend it there".to_owned()
    }
}
