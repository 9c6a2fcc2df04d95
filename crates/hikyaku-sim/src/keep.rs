//! A file that the state is kept in, so that a simulator goes on where it was.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use crate::{
    private_file::{beside, private, replace},
    shared::Shared,
    snapshot,
};

/// How long changes wait before they are written: what a crash can lose.
const INTERVAL: Duration = Duration::from_secs(1);

/// The file, which one simulator at a time has.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
    /// Up to which change it was written. Writes go one after another.
    written: Mutex<Option<u64>>,
    failures: AtomicU64,
}

impl StateFile {
    /// Takes the file for this simulator; gives what is in it, if it is there.
    ///
    /// # Errors
    /// It cannot be read, or another simulator has it.
    pub(crate) fn open(path: PathBuf) -> io::Result<(Self, Option<Vec<u8>>)> {
        let lock = private().truncate(false).open(beside(&path, ".lock"))?;
        lock.try_lock().map_err(|_| {
            io::Error::new(ErrorKind::ResourceBusy, "another simulator that runs has it")
        })?;
        let saved = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            read => Some(read?),
        };
        let (written, failures) = (Mutex::new(None), AtomicU64::new(0));
        Ok((Self { path, _lock: lock, written, failures }, saved))
    }

    /// Writes the state down, if it has changed since it was written last. A crash leaves the old file or the new one.
    pub(crate) fn save(&self, shared: &Shared) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = shared.changes();
        if *written == Some(changes) {
            return;
        }
        let document = snapshot::export(&shared.world());
        match replace(&self.path, document.as_bytes()) {
            Ok(()) => {
                *written = Some(changes);
                self.failures.store(0, Ordering::Relaxed);
            }
            // Of many in a row the first is told.
            Err(error) if self.failures.fetch_add(1, Ordering::Relaxed) == 0 => {
                tracing::error!(path = %self.path.display(), %error, "cannot keep the state");
            }
            Err(_) => {}
        }
    }
}

/// Writes changes down as they come, and once more when the simulator is told to stop.
pub(crate) async fn keep(
    file: Arc<StateFile>,
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let stops = tokio::select! {
            () = sleep(INTERVAL) => false,
            // An error means that the simulator is gone, which is as good.
            _ = stopping.wait_for(|stop| *stop) => true,
        };
        let (file, shared) = (file.clone(), shared.clone());
        // It fails only where the runtime ends.
        let _ = spawn_blocking(move || file.save(&shared)).await;
        if stops {
            return;
        }
    }
}
