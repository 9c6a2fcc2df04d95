//! What tells one version of a file from another.

use std::{fs, path::Path, time::SystemTime};

/// When a file was written, and how long it is. Nothing if it is not there.
pub(crate) type Version = Option<(SystemTime, u64)>;

pub(crate) fn version(file: &Path) -> Version {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
