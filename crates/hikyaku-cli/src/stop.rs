use std::{sync::Arc, time::Duration};

use anyhow::Context;
use hikyaku_sim::Sim;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
    time::timeout,
};

/// How long requests that have begun may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The signals that ask a server to stop: the first lets what has begun end, the second ends it as it stands.
pub(crate) struct StopSignals {
    first: Arc<Notify>,
}

impl StopSignals {
    /// From now on one signal no longer kills the process. Listen before anyone is told that the server is up.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot wait for signals");
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        let first = Arc::new(Notify::new());
        let asked = first.clone();
        tokio::spawn(async move {
            next(&mut interrupt, &mut terminate).await;
            asked.notify_one();
            let signal = next(&mut interrupt, &mut terminate).await;
            // As a shell tells of a process that a signal has killed. What counts is on disk.
            std::process::exit(128 + signal.as_raw_value());
        });
        Ok(Self { first })
    }

    /// Waits until a signal comes.
    pub(crate) async fn wait(&self) {
        self.first.notified().await;
    }

    /// Serves until a signal comes, and lets what has begun end.
    pub(crate) async fn end(self, sim: Sim) {
        self.wait().await;
        // A request may wait for something that will not happen any more.
        let _ = timeout(PATIENCE, sim.stop()).await;
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> SignalKind {
    tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
    }
}
