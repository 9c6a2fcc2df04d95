use clap::Args;
use hikyaku_sender::DeliveryId;

use crate::{output::Output, store::StoreArgs};

/// Put a rejected or unknown delivery away
#[derive(Debug, Args)]
pub(super) struct Drop {
    #[arg(value_name = "ID", help = "What `outbox add` printed as delivery_id")]
    id: DeliveryId,
}

impl Drop {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        store.open().await?.drop_dead_letter(self.id).await?;
        output.done(format_args!("delivery {} is put away", self.id))
    }
}
