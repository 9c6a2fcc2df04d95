use std::{sync::Arc, time::Duration};

use hikyaku_sim::Sim;
use signals::Signals;
use tokio::{sync::Notify, time::timeout};

/// How long requests that have begun may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The signals that ask a server to stop: the first lets what has begun end, the second ends it as it stands.
pub(crate) struct StopSignals {
    first: Arc<Notify>,
}

impl StopSignals {
    /// From now on one signal no longer kills the process. Listen before anyone is told that the server is up.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let mut signals = Signals::listen()?;
        let first = Arc::new(Notify::new());
        let asked = first.clone();
        tokio::spawn(async move {
            signals.next().await;
            asked.notify_one();
            let signal = signals.next().await;
            // As a shell tells of a process that a signal has killed. What counts is on disk.
            std::process::exit(128 + signal);
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

#[cfg(unix)]
mod signals {
    use anyhow::Context;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// SIGINT and SIGTERM.
    pub(super) struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    impl Signals {
        pub(super) fn listen() -> anyhow::Result<Self> {
            let listen = |kind| signal(kind).context("cannot wait for signals");
            let interrupt = listen(SignalKind::interrupt())?;
            Ok(Self { interrupt, terminate: listen(SignalKind::terminate())? })
        }

        /// Waits for the next one, and gives its number.
        pub(super) async fn next(&mut self) -> i32 {
            let kind = tokio::select! {
                _ = self.interrupt.recv() => SignalKind::interrupt(),
                _ = self.terminate.recv() => SignalKind::terminate(),
            };
            kind.as_raw_value()
        }
    }
}

#[cfg(windows)]
mod signals {
    use anyhow::Context;
    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    /// The number that Ctrl-C has elsewhere.
    const INTERRUPT: i32 = 2;

    /// Ctrl-C and Ctrl-Break.
    pub(super) struct Signals {
        interrupt: CtrlC,
        end: CtrlBreak,
    }

    impl Signals {
        pub(super) fn listen() -> anyhow::Result<Self> {
            let interrupt = ctrl_c().context("cannot wait for Ctrl-C")?;
            Ok(Self { interrupt, end: ctrl_break().context("cannot wait for Ctrl-Break")? })
        }

        /// Waits for the next one, and gives its number.
        pub(super) async fn next(&mut self) -> i32 {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.end.recv() => {}
            }
            INTERRUPT
        }
    }
}
