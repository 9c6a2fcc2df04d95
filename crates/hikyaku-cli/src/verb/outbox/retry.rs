use clap::Args;

use super::act::{ActArgs, Doing};
use crate::{output::Output, store::StoreArgs};

/// Send a rejected or unknown delivery again, or all that match
#[derive(Debug, Args)]
#[command(after_help = "\
Without --state, all dead letters: rejected and unknown. An unknown one may have arrived. Where no retry key keeps it from \
arriving twice any more, only --may-duplicate sends it.

Examples:
  hikyaku outbox retry 17
  hikyaku outbox retry 17 --may-duplicate
  hikyaku outbox retry --error 'not enough quota' --dry-run
  hikyaku outbox retry --state unknown --campaign 1 --yes")]
pub(super) struct Retry {
    #[command(flatten)]
    which: ActArgs,

    /// Send even those that may have arrived already, and may arrive twice
    #[arg(long)]
    may_duplicate: bool,
}

impl Retry {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        Doing::retry(self.may_duplicate).run(self.which, store, output).await
    }
}
