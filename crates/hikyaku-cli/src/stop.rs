use std::time::Duration;

use anyhow::Context;
use hikyaku_sim::Sim;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

/// How long requests that have begun may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The signals that ask a server to stop.
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// From now on the signals no longer kill the process. Listen before anyone is told that the server is up.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot wait for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits until a signal comes.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Serves until a signal comes, and lets what has begun end.
    pub(crate) async fn end(mut self, sim: Sim) {
        self.wait().await;
        // A request may wait for something that will not happen any more.
        let _ = timeout(PATIENCE, sim.stop()).await;
    }
}
