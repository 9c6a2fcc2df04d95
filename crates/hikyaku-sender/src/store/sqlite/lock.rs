use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::{
    bell::Ear,
    beside::{beside, companion},
};
use crate::{Error, ErrorKind, Time};

/// The right to send from a store. It ends with the value or with the program, however that ends.
#[derive(Debug)]
pub(crate) struct WorkerLock {
    file: File,
    /// For what other programs do to the store meanwhile.
    pub(super) ear: Option<Ear>,
}

impl WorkerLock {
    pub(super) fn take(store: &Path, now: Time) -> Result<Self, Error> {
        let path = beside(store, "-worker");
        let cannot = |why: std::io::Error| {
            Error::store(format!("{} cannot be locked: {why}", path.display())).because(why)
        };
        let mut file = companion(store).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // What it says of its holder is a courtesy; the lock itself is what counts.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "a process that has not said which".to_owned(),
                    holder => holder.to_owned(),
                };
                return Err(Error::new(ErrorKind::Locked { holder }));
            }
            Err(TryLockError::Error(why)) => return Err(cannot(why)),
        }
        let holder = format!("process {}, since {now}", std::process::id());
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(holder.as_bytes()))
            .map_err(cannot)?;
        Ok(Self { file, ear: None })
    }
}

impl Drop for WorkerLock {
    fn drop(&mut self) {
        // Before another may listen in the same place.
        self.ear = None;
        // Closing would do, but for a child process that was forked at this very moment and holds a copy of the file.
        // If it fails, the end of the program does it.
        let _ = self.file.unlock();
    }
}
