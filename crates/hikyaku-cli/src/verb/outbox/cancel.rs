use clap::Args;

use super::act::{ActArgs, Doing};
use crate::{output::Output, store::StoreArgs};

/// Withdraw a delivery that surely was not sent, or all that match
#[derive(Debug, Args)]
#[command(after_help = "\
Without --state, those that wait: ready. What may have been sent stays until it is found out.

Examples:
  hikyaku outbox cancel 17
  hikyaku outbox cancel --to \"$USER_ID\" --dry-run
  hikyaku outbox cancel --channel shop --created-since 1h --yes")]
pub(super) struct Cancel {
    #[command(flatten)]
    which: ActArgs,
}

impl Cancel {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        Doing::cancel().run(self.which, store, output).await
    }
}
