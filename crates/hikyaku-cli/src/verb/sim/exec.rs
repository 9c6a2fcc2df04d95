use std::{
    ffi::OsString,
    io::{IsTerminal, stderr, stdin, stdout},
    process::ExitStatus,
};

use anyhow::Context;
use clap::Args;
use hikyaku_sim::Sim as Simulator;
use tokio::process::{Child, Command};

use super::setup::Setup;
use crate::{
    failure::{ended, usage},
    output::Output,
    stop::{self, Signals},
};

/// The number of refused requests that are listed when the command fails.
const NAMED: usize = 10;

/// Start a simulator, run a command against it, and end with the command's exit code
#[derive(Debug, Args)]
#[command(after_help = "\
The simulator is new and on free ports, so several can run at once. The command finds it in its environment: \
HIKYAKU_API_URL, HIKYAKU_DATA_URL and HIKYAKU_MANAGER_URL are the base URLs, LINE_CHANNEL_ACCESS_TOKEN, LINE_CHANNEL_SECRET \
and LINE_CHANNEL_ID the channel's (also as LINE_CHANNEL_TOKEN, CHANNEL_ACCESS_TOKEN and CHANNEL_SECRET), HIKYAKU_SIM_FRIENDS \
the ids of --friends. Signals are passed on; a command that a signal ended gives 128 and its number.
With --tls they are https, and HIKYAKU_CA_FILE, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, CURL_CA_BUNDLE and \
REQUESTS_CA_BUNDLE name its certificate.

Examples:
  hikyaku sim exec -- npm test
  hikyaku sim exec --friends 1 -- sh -c 'hikyaku push $HIKYAKU_SIM_FRIENDS --text hi'
  hikyaku sim exec --webhook http://127.0.0.1:8000/callback -- python bot.py")]
pub(super) struct Exec {
    #[command(flatten)]
    setup: Setup,

    /// The command and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    command: Vec<OsString>,
}

impl Exec {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err(usage("no command; give one after --"));
        };
        let (sim, credentials) = self.setup.start(0, 0, 0).await?;
        // From here on the command handles signals.
        let signals = Signals::listen()?;
        let mut command = Command::new(program);
        command.args(arguments).envs(credentials.environment()).kill_on_drop(true);
        let child = command.spawn().map_err(|error| {
            usage(format!("cannot run {}: {error}; check its name", program.display()))
        })?;
        let status = wait(child, signals).await?;
        if status.success() {
            return Ok(());
        }
        tell_refused(&sim, output);
        Err(ended(code(status)))
    }
}

/// Waits until the command has ended, and passes signals on to it.
async fn wait(mut child: Child, mut signals: Signals) -> anyhow::Result<ExitStatus> {
    // A terminal sends its signals to all programs in its foreground, including the command.
    let at_terminal = stdin().is_terminal() || stdout().is_terminal() || stderr().is_terminal();
    loop {
        tokio::select! {
            status = child.wait() => return status.context("cannot wait for the command"),
            signal = signals.next() => {
                if let Some(id) = child.id()
                    && !(at_terminal && signal == stop::INTERRUPT)
                {
                    stop::pass_on(signal, id);
                }
            }
        }
    }
}

/// Returns the exit code of a command that failed, like a shell.
fn code(status: ExitStatus) -> u8 {
    match stop::ended_by(status) {
        Some(signal) => stop::exit_code(signal),
        None => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
    }
}

/// Lists the requests that LINE refused or did not answer: most often they are the cause of the failure.
fn tell_refused(sim: &Simulator, output: Output) {
    let requests = sim.requests();
    let refused = |status: Option<u16>| status.is_none_or(|status| status >= 400);
    let refused: Vec<_> = requests.iter().filter(|request| refused(request.status)).collect();
    for request in refused.iter().take(NAMED) {
        let status = request.status.map_or_else(|| "no answer".into(), |status| status.to_string());
        let about = [("fault", &request.fault), ("hint", &request.hint)];
        let about =
            about.iter().filter_map(|(name, text)| Some(format!(" ({name}: {})", text.as_ref()?)));
        let about: String = about.collect();
        let (method, path) = (&request.method, &request.path);
        output.note(&format!("LINE answered {method} {path} with {status}{about}"));
    }
    if let Some(more) = refused.len().checked_sub(NAMED).filter(|more| *more > 0) {
        output.note(&format!("and {more} more requests were refused"));
    }
}
