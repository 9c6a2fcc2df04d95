use clap::Args;
use hikyaku_sender::DeliveryId;

use crate::{failure::not_found, output::Output, store::StoreArgs};

/// Show all about one delivery
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku outbox show 17
  hikyaku outbox show 17 --json | jq -r .last_error")]
pub(super) struct Show {
    #[arg(value_name = "ID", help = "What `outbox add` printed as delivery_id")]
    id: DeliveryId,
}

impl Show {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let found = store.open().await?.show(self.id).await?;
        let delivery = found.ok_or_else(|| {
            not_found(format!(
                "there is no delivery {}; finished ones are kept for 7 days, see `hikyaku outbox list`",
                self.id
            ))
        })?;
        output.print(&delivery, serde_json::to_string_pretty(&delivery)?)
    }
}
