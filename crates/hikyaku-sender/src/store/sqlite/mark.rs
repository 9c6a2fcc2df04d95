use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::beside::{beside, companion};
use crate::Error;

/// A small file beside the store that says how many commits were acknowledged.
///
/// A store that is behind its mark has lost acknowledged commits: its log was cut, its disk lied about a flush, or an
/// older copy took its place. `SQLite` cannot see that. The mark is written after each commit and not flushed, so it may
/// be behind and never ahead of a healthy store.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    file: File,
}

impl Mark {
    pub(super) fn open(store: &Path) -> std::io::Result<Self> {
        let path = beside(store, "-mark");
        let file = companion(store).open(&path)?;
        Ok(Self { path, file })
    }

    /// Compares the store's count with the mark.
    ///
    /// Other programs go on committing meanwhile, so the mark is read first: what it says was committed before. One that
    /// is read while it is written may be of two halves, and is read again.
    pub(super) fn check(&mut self, count: impl Fn() -> Result<i64, Error>) -> Result<(), Error> {
        let mut missing = 0;
        for _ in 0..3 {
            let marked = self.read();
            missing = marked - count()?;
            if missing <= 0 {
                return Ok(());
            }
        }
        Err(Error::damaged(format!(
            "{missing} acknowledged commits are missing from it. If an older copy was put in its place on purpose, remove {} and put the \
             store in quarantine before any worker (`hikyaku store quarantine`): what was enqueued since is lost, and what was sent \
             since may be sent again",
            self.path.display()
        )))
    }

    /// A mark that cannot be read says nothing.
    fn read(&mut self) -> i64 {
        let mut text = String::new();
        let read =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.read_to_string(&mut text));
        read.ok().and_then(|_| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Notes a commit. A mark that cannot be written is behind, which is harmless.
    pub(super) fn write(&mut self, commits: i64) {
        let text = format!("{commits:020}\n");
        let written =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(text.as_bytes()));
        if let Err(why) = written {
            tracing::debug!(%why, "the store's mark was not written");
        }
    }
}
