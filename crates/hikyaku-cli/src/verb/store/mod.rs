//! Operations on a whole store.

mod migrate;
mod quarantine;

use clap::{Args, Subcommand};

use crate::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku store migrate sqlite:hikyaku.db postgres://hikyaku@db.example.com/hikyaku
  hikyaku store migrate postgres://hikyaku@db.example.com/hikyaku sqlite:copy.db
  hikyaku store quarantine --since 2026-11-22T03:00:00+09:00")]
pub(crate) struct Store {
    #[command(subcommand)]
    verb: StoreVerb,
}

#[derive(Debug, Subcommand)]
enum StoreVerb {
    Migrate(migrate::Migrate),
    Quarantine(quarantine::Quarantine),
}

impl Store {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            StoreVerb::Migrate(verb) => verb.run(output).await,
            StoreVerb::Quarantine(verb) => verb.run(output).await,
        }
    }
}
