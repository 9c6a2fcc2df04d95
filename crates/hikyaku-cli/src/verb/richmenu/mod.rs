//! Rich menus, created from a file with their desired state.

mod apply;
mod file;
mod list;

use clap::{Args, Subcommand};

use crate::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku richmenu apply menus.toml
  hikyaku richmenu list --json")]
pub(crate) struct Richmenu {
    #[command(subcommand)]
    verb: RichmenuVerb,
}

#[derive(Debug, Subcommand)]
enum RichmenuVerb {
    Apply(apply::Apply),
    List(list::List),
}

impl Richmenu {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            RichmenuVerb::Apply(verb) => verb.run(output).await,
            RichmenuVerb::List(verb) => verb.run(output).await,
        }
    }
}
