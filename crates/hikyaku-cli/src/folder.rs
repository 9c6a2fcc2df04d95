//! Temporary folders for the duration of a command.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// A folder that is removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("hikyaku-demo-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Files left behind are in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
