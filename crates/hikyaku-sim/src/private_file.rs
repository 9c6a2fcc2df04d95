//! Files that only their owner can read: credentials are in them.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes a file that only its owner can read. A crash leaves the old one or the new one.
pub(crate) fn replace(path: &Path, document: &[u8]) -> io::Result<()> {
    let new = beside(path, ".new");
    let mut file = private().truncate(true).open(&new)?;
    file.write_all(document)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The name is on disk when the folder is. Not every system can do that.
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// How such a file is opened.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A path with something at its end.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    name.into()
}
