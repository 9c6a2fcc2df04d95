use clap::Args;
use hikyaku_sender::{Filter, State};

use super::Which;
use crate::{
    act::ConsentArgs,
    failure::usage,
    output::Output,
    store::StoreArgs,
    verb::outbox::{Deliveries, Doing},
};

/// List a campaign's dead letters, or send them again or give them up
#[derive(Debug, Args)]
#[command(after_help = "\
A dead letter is a request that LINE refused, or whose outcome is unknown. Nothing happens to it until somebody acts.

Examples:
  hikyaku campaign dead 1
  hikyaku campaign dead 1 --retry
  hikyaku campaign dead 1 --tray unknown --retry --may-duplicate --yes
  hikyaku campaign dead 1 --drop --dry-run")]
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

    #[command(flatten)]
    consent: ConsentArgs,

    /// List at most so many
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with_all = ["retry", "drop"])]
    limit: u32,
}

impl Dead {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let doing = match (self.retry, self.drop) {
            (true, _) => Some(Doing::retry(self.may_duplicate)),
            (false, true) => Some(Doing::drop()),
            (false, false) if self.consent.is_given() => {
                return Err(usage("--yes and --dry-run belong to --retry or --drop; add one"));
            }
            (false, false) => None,
        };
        let outbox = store.open(output).await?;
        let campaign = outbox.campaign(self.which.id).await?;
        let tray = if self.tray == "unknown" { State::Unknown } else { State::Rejected };
        if let Some(doing) = doing {
            let filter = Filter::default().state(tray).campaign(self.which.id);
            return doing.many(&outbox, &filter, self.consent.asks(), output).await;
        }
        let deliveries = campaign.dead_letters(tray, self.limit).await?;
        let deliveries = Deliveries { deliveries, now: None };
        output.print(&deliveries, &deliveries)
    }
}
