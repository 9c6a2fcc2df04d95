use clap::Args;
use hikyaku_sender::DeliveryId;

use crate::{output::Output, store::StoreArgs};

/// Send a rejected or unknown delivery again
#[derive(Debug, Args)]
#[command(after_help = "\
An unknown one may have arrived. Where no retry key keeps it from arriving twice any more, only --may-duplicate sends it.

Examples:
  hikyaku outbox retry 17
  hikyaku outbox retry 17 --may-duplicate")]
pub(super) struct Retry {
    #[arg(value_name = "ID", help = "What `outbox add` printed as delivery_id")]
    id: DeliveryId,

    /// Send it even where it may have arrived and nothing keeps it from arriving twice
    #[arg(long)]
    may_duplicate: bool,
}

impl Retry {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open().await?;
        if self.may_duplicate {
            outbox.retry_may_duplicate(self.id).await?;
        } else {
            outbox.retry(self.id).await?;
        }
        output.done(format_args!("delivery {} will be sent again", self.id))
    }
}
