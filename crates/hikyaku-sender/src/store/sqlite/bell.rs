#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::beside::{beside, mode};
use crate::store::News;

/// Tells the worker of a file, which may be another program, of every commit: by a datagram to a socket beside it.
///
/// It is a courtesy: anyone who does not hear it, because it works elsewhere than on Unix or its path is too long for a
/// socket, looks once a second.
#[derive(Clone, Debug)]
pub(super) struct Bell {
    path: PathBuf,
    #[cfg(unix)]
    mode: u32,
    #[cfg(unix)]
    socket: Option<Arc<std::os::unix::net::UnixDatagram>>,
    /// Whether this is the worker's own, which knows by itself.
    own: Arc<AtomicBool>,
}

/// Hears the bell, until it is dropped.
#[derive(Debug)]
pub(super) struct Ear {
    path: PathBuf,
    own: Arc<AtomicBool>,
    hearing: tokio::task::JoinHandle<()>,
}

impl Bell {
    pub(super) fn of(store: &Path) -> Self {
        Self {
            path: beside(store, "-bell"),
            #[cfg(unix)]
            mode: mode(store),
            #[cfg(unix)]
            socket: socket().ok().map(Arc::new),
            own: Arc::default(),
        }
    }

    /// Never waits: a bell that cannot be rung was rung before and not heard yet, or nobody is there.
    pub(super) fn ring(&self) {
        #[cfg(unix)]
        if let Some(socket) = &self.socket
            && !self.own.load(Ordering::Relaxed)
        {
            let _ = socket.send_to(&[0], &self.path);
        }
    }

    /// Passes on what it hears. There must be but one of them for a file.
    pub(super) fn hear(&self, news: News) -> Option<Ear> {
        match self.listen(news) {
            Ok(hearing) => {
                self.own.store(true, Ordering::Relaxed);
                Some(Ear { path: self.path.clone(), own: self.own.clone(), hearing })
            }
            Err(why) => {
                tracing::debug!(path = %self.path.display(), %why, "other programs cannot wake the worker; it looks once a second");
                None
            }
        }
    }

    #[cfg(unix)]
    fn listen(&self, news: News) -> io::Result<tokio::task::JoinHandle<()>> {
        // A worker that was killed has left its own.
        let _ = std::fs::remove_file(&self.path);
        let socket = tokio::net::UnixDatagram::bind(&self.path)?;
        std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(self.mode))?;
        Ok(tokio::spawn(async move {
            let mut ring = [0];
            while socket.recv(&mut ring).await.is_ok() {
                news.tell();
            }
        }))
    }

    #[cfg(not(unix))]
    fn listen(&self, _news: News) -> io::Result<tokio::task::JoinHandle<()>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.own.store(false, Ordering::Relaxed);
        self.hearing.abort();
        // Where it stays, the next worker removes it.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn socket() -> io::Result<std::os::unix::net::UnixDatagram> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_worker_hears_others_and_not_itself() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("hikyaku.db");
        let (own, other) = (Bell::of(&store), Bell::of(&store));
        other.ring();
        let news = News::default();
        let mut told = news.listen();
        let ear = own.hear(news).unwrap();
        assert!(!told.has_changed().unwrap(), "nobody was there when it rang");
        other.ring();
        told.changed().await.unwrap();
        own.ring();
        drop(ear);
        assert!(!told.has_changed().unwrap());
        assert!(!own.path.exists());
        other.ring();
    }

    #[tokio::test]
    async fn one_that_was_killed_leaves_nothing_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let bell = Bell::of(&folder.path().join("hikyaku.db"));
        drop(std::os::unix::net::UnixDatagram::bind(&bell.path).unwrap());
        assert!(bell.path.exists());
        bell.ring();
        assert!(bell.hear(News::default()).is_some());
    }
}
