//! What is done to a store as a whole.

mod migrate;

use clap::{Args, Subcommand};

use crate::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku store migrate sqlite:hikyaku.db postgres://hikyaku@db.example.com/hikyaku
  hikyaku store migrate postgres://hikyaku@db.example.com/hikyaku sqlite:copy.db")]
pub(crate) struct Store {
    #[command(subcommand)]
    verb: StoreVerb,
}

#[derive(Debug, Subcommand)]
enum StoreVerb {
    Migrate(migrate::Migrate),
}

impl Store {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let StoreVerb::Migrate(verb) = self.verb;
        verb.run(output).await
    }
}
