use std::time::Duration;

use clap::Args;
use hikyaku_sender::campaign::{CampaignPhase, Watched};

use super::{Which, status};
use crate::{connect::seconds, output::Output, progress::CampaignBar, store::StoreArgs};

/// Follow a campaign to its end, with a bar on a terminal
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku campaign watch 1
  hikyaku campaign watch 1 --poll 5 --json")]
pub(super) struct Watch {
    #[command(flatten)]
    which: Which,

    /// Polling interval, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "0.5")]
    poll: Duration,
}

impl Watch {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let campaign = store.open(output).await?.campaign(self.which.id).await?;
        let bar = CampaignBar::new();
        let mut watch = campaign.watch(self.poll);
        let last = loop {
            let watched = watch.next().await?;
            bar.show(&watched);
            if has_ended(&watched) {
                break watched;
            }
        };
        drop(bar);
        status::print(&campaign, &last.progress, output).await
    }
}

/// Returns whether there is nothing more to see.
pub(super) fn has_ended(watched: &Watched) -> bool {
    match watched.progress.state {
        CampaignPhase::Done => true,
        CampaignPhase::Cancelled => watched.progress.open() == 0,
        _ => false,
    }
}
