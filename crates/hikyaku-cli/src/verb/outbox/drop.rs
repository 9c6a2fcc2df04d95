use clap::Args;
use hikyaku_sender::DeliveryId;

use crate::{output::Output, store::StoreArgs};

/// Give a rejected or unknown delivery up
#[derive(Debug, Args)]
#[command(after_help = "\
It is no dead letter any more, and is removed with what is finished, after 7 days.

Example:
  hikyaku outbox drop 17")]
pub(super) struct Drop {
    #[arg(value_name = "ID", help = "What `outbox add` printed as delivery_id")]
    id: DeliveryId,
}

impl Drop {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        store.open().await?.drop_dead_letter(self.id).await?;
        output.done(format_args!("delivery {} is given up", self.id))
    }
}
