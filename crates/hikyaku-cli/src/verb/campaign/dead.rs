use clap::Args;
use hikyaku_sender::State;
use serde::Serialize;

use super::Which;
use crate::{output::Output, store::StoreArgs, verb::outbox::Deliveries};

/// List a campaign's dead letters, or send them again or give them up
#[derive(Debug, Args)]
#[command(after_help = "\
A dead letter is a request that LINE refused, or whose outcome is unknown. Nothing happens to it until somebody acts.

Examples:
  hikyaku campaign dead 1
  hikyaku campaign dead 1 --retry
  hikyaku campaign dead 1 --tray unknown --retry --may-duplicate
  hikyaku campaign dead 1 --drop")]
pub(super) struct Dead {
    #[command(flatten)]
    which: Which,

    /// Which: those that LINE refused, or those that may have arrived
    #[arg(long, default_value = "rejected", value_parser = ["rejected", "unknown"])]
    tray: String,

    /// Send each of them again
    #[arg(long, conflicts_with = "drop")]
    retry: bool,

    /// Give them up
    #[arg(long)]
    drop: bool,

    /// Retry even those that may have arrived and may arrive twice
    #[arg(long, requires = "retry")]
    may_duplicate: bool,

    /// List at most so many
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with_all = ["retry", "drop"])]
    limit: u32,
}

#[derive(Serialize)]
struct Acted {
    deliveries: u64,
}

impl Dead {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let campaign = store.open(output).await?.campaign(self.which.id).await?;
        let tray = if self.tray == "unknown" { State::Unknown } else { State::Rejected };
        if self.retry {
            let deliveries = campaign.retry_dead_letters(tray, self.may_duplicate).await?;
            if !campaign.dead_letters(tray, 1).await?.is_empty() {
                output.note(
                    "some may have arrived, and their retry keys are too old to tell; retry them with --may-duplicate, or \
                     drop them",
                );
            }
            return output.print(
                &Acted { deliveries },
                format_args!("{deliveries} deliveries will be sent again"),
            );
        }
        if self.drop {
            let deliveries = campaign.drop_dead_letters(tray).await?;
            return output.print(
                &Acted { deliveries },
                format_args!("{deliveries} deliveries are given up"),
            );
        }
        let deliveries = campaign.dead_letters(tray, self.limit).await?;
        let deliveries = Deliveries { deliveries, now: None };
        output.print(&deliveries, &deliveries)
    }
}
