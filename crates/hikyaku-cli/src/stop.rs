use std::{sync::Arc, time::Duration};

use hikyaku_sim::Sim;
pub(crate) use signals::{INTERRUPT, Signals, ended_by, pass_on};
use tokio::{sync::Notify, time::timeout};

use crate::failure::Failure;

/// The time that pending requests have to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The signals that ask a server to stop: the first lets pending work end, the second exits at once.
pub(crate) struct StopSignals {
    first: Arc<Notify>,
}

impl StopSignals {
    /// Starts to handle the signals, which no longer kill the process. Call it before announcing that the server is up.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let mut signals = Signals::listen()?;
        let first = Arc::new(Notify::new());
        let asked = first.clone();
        tokio::spawn(async move {
            signals.next().await;
            asked.notify_one();
            let signal = signals.next().await;
            // Everything that matters is on disk.
            std::process::exit(exit_code(signal).into());
        });
        Ok(Self { first })
    }

    /// Waits for a signal.
    pub(crate) async fn wait(&self) {
        self.first.notified().await;
    }

    /// Serves until a signal arrives, and lets pending requests end.
    pub(crate) async fn end(self, sim: Sim) {
        self.wait().await;
        // A request may wait for something that will no longer happen.
        let _ = timeout(PATIENCE, sim.stop()).await;
    }
}

/// Returns the exit code of a process that a signal ended, as shells give it.
pub(crate) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(1)
}

/// Waits for a call, unless a person stops the command before.
pub(crate) async fn unless_interrupted<T>(
    call: impl IntoFuture<Output = Result<T, hikyaku::Error>>,
) -> anyhow::Result<T> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        result = call.into_future() => Ok(result?),
        signal = signals.next() => Err(Failure::Interrupted(signal).into()),
    }
}

#[cfg(unix)]
mod signals {
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    use anyhow::Context;
    use rustix::process::{self, Pid};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The number of SIGINT.
    pub(crate) const INTERRUPT: i32 = SignalKind::interrupt().as_raw_value();

    /// SIGINT and SIGTERM.
    pub(crate) struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    /// Sends a signal to a process that may have ended.
    pub(crate) fn pass_on(signal: i32, id: u32) {
        let process = i32::try_from(id).ok().and_then(Pid::from_raw);
        if let Some((process, signal)) = process.zip(process::Signal::from_named_raw(signal)) {
            let _ = process::kill_process(process, signal);
        }
    }

    /// Returns the signal that ended a process.
    pub(crate) fn ended_by(status: ExitStatus) -> Option<i32> {
        status.signal()
    }

    impl Signals {
        pub(crate) fn listen() -> anyhow::Result<Self> {
            let listen = |kind| signal(kind).context("cannot wait for signals");
            let interrupt = listen(SignalKind::interrupt())?;
            Ok(Self { interrupt, terminate: listen(SignalKind::terminate())? })
        }

        /// Waits for the next signal, and returns its number.
        pub(crate) async fn next(&mut self) -> i32 {
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
    use std::process::ExitStatus;

    use anyhow::Context;
    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    /// The number of Ctrl-C on other systems.
    pub(crate) const INTERRUPT: i32 = 2;

    /// Ctrl-C and Ctrl-Break.
    pub(crate) struct Signals {
        interrupt: CtrlC,
        end: CtrlBreak,
    }

    /// Does nothing: a console sends its signals to all of its programs.
    pub(crate) fn pass_on(_signal: i32, _id: u32) {}

    /// Returns nothing: no signal ends a process here.
    pub(crate) fn ended_by(_status: ExitStatus) -> Option<i32> {
        None
    }

    impl Signals {
        pub(crate) fn listen() -> anyhow::Result<Self> {
            let interrupt = ctrl_c().context("cannot wait for Ctrl-C")?;
            Ok(Self { interrupt, end: ctrl_break().context("cannot wait for Ctrl-Break")? })
        }

        /// Waits for the next signal, and returns its number.
        pub(crate) async fn next(&mut self) -> i32 {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.end.recv() => {}
            }
            INTERRUPT
        }
    }
}
