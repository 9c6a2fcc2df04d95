use clap::Args;

use super::act::{ActArgs, Doing};
use crate::{output::Output, store::StoreArgs};

/// Give a rejected or unknown delivery up, or all that match
#[derive(Debug, Args)]
#[command(after_help = "\
It is no dead letter any more, and is removed with what is finished, after 7 days. Without --state, all dead letters: \
rejected and unknown.

Examples:
  hikyaku outbox drop 17
  hikyaku outbox drop --state rejected --created-before 720h --yes")]
pub(super) struct Drop {
    #[command(flatten)]
    which: ActArgs,
}

impl Drop {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        Doing::drop().run(self.which, store, output).await
    }
}
