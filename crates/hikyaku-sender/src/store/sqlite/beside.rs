//! The files that go with a store.

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
};

/// The path of one.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// How one is opened: it is made for those that the store is for.
pub(super) fn companion(store: &Path) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    options.mode(mode(store));
    options
}

/// Who may read and write a store.
#[cfg(unix)]
pub(super) fn mode(store: &Path) -> u32 {
    std::fs::metadata(store).map_or(0o600, |it| it.mode() & 0o666)
}
