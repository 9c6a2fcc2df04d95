//! A simulator of LINE, and commands for a running one.

mod bot;
mod control;
mod exec;
mod pattern;
mod record;
mod report;
mod run;
mod scenario;
mod seed;
mod setup;
mod tail;
mod transfer;
mod trigger;
mod wait;

use clap::{Args, Subcommand};

use self::setup::Setup;
use crate::{output::Output, stop::StopSignals};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
It begins with one channel and one friend; open its page to write to your bot as that person. More people come with \
--friends, in a file of --seed, on the page, or through its control API. exec and run start a simulator of their own; the other \
verbs speak to one that runs. With --state it goes on where it was: a file keeps everything, written a \
second after a change at the latest, so a crash loses the last second.

Examples:
  hikyaku sim --friends 3
  hikyaku sim --webhook http://127.0.0.1:3000/callback
  hikyaku sim --seed sim.toml --state sim.json
  hikyaku sim --port 0 --data-port 0 --json
  hikyaku sim exec -- npm test"
)]
pub(crate) struct Sim {
    #[command(subcommand)]
    verb: Option<SimVerb>,

    /// Port of the API; 0 picks a free one
    #[arg(long, default_value_t = 8686)]
    port: u16,

    /// Port of the contents' host; 0 picks a free one
    #[arg(long, default_value_t = 8687, conflicts_with = "one_listener")]
    data_port: u16,

    #[command(flatten)]
    setup: Setup,
}

#[derive(Debug, Subcommand)]
enum SimVerb {
    Exec(exec::Exec),
    Wait(wait::Wait),
    Tail(tail::Tail),
    Trigger(trigger::Trigger),
    Export(transfer::Export),
    Import(transfer::Import),
    Record(record::Record),
    Run(run::Run),
}

impl Sim {
    /// Returns whether it is a server.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.verb, None | Some(SimVerb::Exec(_) | SimVerb::Run(_)))
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            Some(SimVerb::Exec(verb)) => verb.run(output).await,
            Some(SimVerb::Wait(verb)) => verb.run(output).await,
            Some(SimVerb::Tail(verb)) => verb.run(output).await,
            Some(SimVerb::Trigger(verb)) => verb.run(output).await,
            Some(SimVerb::Export(verb)) => verb.run(output).await,
            Some(SimVerb::Import(verb)) => verb.run(output).await,
            Some(SimVerb::Record(verb)) => verb.run(output).await,
            Some(SimVerb::Run(verb)) => verb.run(output).await,
            None => {
                let (sim, credentials) = self.setup.start(self.port, self.data_port, 1).await?;
                let stop = StopSignals::listen()?;
                output.print(&credentials, &credentials)?;
                stop.end(sim).await;
                Ok(())
            }
        }
    }
}
