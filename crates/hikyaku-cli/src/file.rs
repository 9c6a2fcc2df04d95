use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write, stdin},
    path::Path,
};

use serde::de::DeserializeOwned;

use crate::failure::usage;

/// The byte-order mark of UTF-8, which some editors write before a text. It is not part of the text.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads a text file that the user named, without its byte-order mark; `-` is stdin.
pub(crate) fn read(path: &str) -> anyhow::Result<String> {
    let bytes = read_bytes(path)?;
    let is_utf_16 = is_utf_16(&bytes);
    String::from_utf8(bytes).map_err(|_| if is_utf_16 { utf_16(path) } else { not_utf_8(path) })
}

/// Returns whether a text begins with a byte-order mark of UTF-16.
pub(crate) fn is_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Creates the error for a file in UTF-16.
pub(crate) fn utf_16(path: &str) -> anyhow::Error {
    usage(format!("cannot read {path}: it is UTF-16; write it as UTF-8"))
}

fn not_utf_8(path: &str) -> anyhow::Error {
    usage(format!("cannot read {path}: it is not UTF-8; write it as UTF-8"))
}

/// Reads a text file that may be missing, without its byte-order mark.
pub(crate) fn read_if_there(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        _ => read(&path.display().to_string()).map(Some),
    }
}

/// Reads JSON or an image from a file that the user named, without a byte-order mark; `-` is stdin.
pub(crate) fn read_bytes(path: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = read_exactly(path)?;
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    Ok(bytes)
}

/// Reads a file that the user named, byte for byte, since a signature covers a byte-order mark as well. `-` is stdin.
pub(crate) fn read_exactly(path: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    bytes.map_err(|error| usage(format!("cannot read {path}: {error}; check the path")))
}

/// Opens a list that the user named, for streaming; `-` is stdin. The reader skips the byte-order mark, since the
/// stored position in a list counts it.
pub(crate) fn open(path: &str) -> anyhow::Result<Box<dyn Read + Send>> {
    if path == "-" {
        return Ok(Box::new(stdin()));
    }
    let opened = File::open(path).and_then(|file| {
        // Otherwise the error would only appear on reading, when something may have begun.
        if file.metadata()?.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(file) }
    });
    match opened {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(usage(format!("cannot read {path}: {error}; check the path"))),
    }
}

/// Writes a file for its owner alone.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Reads a text given literally or as `@FILE`, and returns its name for errors.
pub(crate) fn read_argument<'a>(
    flag: &'a str,
    argument: &'a str,
) -> anyhow::Result<(String, &'a str)> {
    match argument.strip_prefix('@') {
        Some(path) => Ok((read(path)?, path)),
        None => Ok((argument.to_owned(), flag)),
    }
}

/// Reads a JSON object given literally or as `@FILE`.
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

/// Returns the next step for an argument that is not JSON: most often a path lacks its `@`.
pub(crate) fn next_step(argument: &str) -> String {
    if !argument.starts_with('@') && Path::new(argument).exists() {
        format!("for the file of that name write @{argument}")
    } else {
        "mend it there".to_owned()
    }
}
