//! Campaigns: one message to a list of any length.

mod control;
mod dead;
mod list;
mod start;
mod status;
mod watch;

use clap::{Args, Subcommand};
use hikyaku_sender::CampaignId;

use crate::{output::Output, store::StoreArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
Whatever is killed, the same command with the same --idempotency-key goes on where it stopped.

Examples:
  hikyaku campaign start --to-file friends.txt --text 'spring is here' --idempotency-key spring
  hikyaku campaign start --to-file - --text 'hello' --enqueue-only < friends.txt
  hikyaku campaign list
  hikyaku campaign status 1 --json
  hikyaku campaign watch 1
  hikyaku campaign pause 1
  hikyaku campaign resume 1
  hikyaku campaign cancel 1
  hikyaku campaign dead 1 --tray rejected")]
pub(crate) struct Campaign {
    #[command(subcommand)]
    verb: CampaignVerb,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum CampaignVerb {
    Start(Box<start::Start>),
    List(list::List),
    Status(status::Status),
    Watch(watch::Watch),
    /// Send no more of a campaign until it is resumed
    #[command(after_help = "\
What is on its way at this moment still arrives.

Example:
  hikyaku campaign pause 1")]
    Pause(Which),
    /// Go on with a campaign after a pause
    #[command(after_help = "\
A worker delivers it: `hikyaku worker run`, or a `hikyaku campaign start` that has not ended.

Example:
  hikyaku campaign resume 1")]
    Resume(Which),
    /// Withdraw all of a campaign that surely was not sent
    #[command(after_help = "\
It cannot be resumed. What may have been sent stays until it is found out.

Example:
  hikyaku campaign cancel 1 --json")]
    Cancel(Which),
    Dead(dead::Dead),
}

// Which campaign.
#[derive(Debug, Args)]
struct Which {
    #[arg(value_name = "ID", help = "What `campaign start` printed as campaign_id")]
    id: CampaignId,
}

impl Campaign {
    /// Returns whether the verb sends by itself.
    pub(super) fn sends(&self) -> bool {
        matches!(self.verb, CampaignVerb::Start(_))
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { verb, store } = self;
        match verb {
            CampaignVerb::Start(verb) => verb.run(&store, output).await,
            CampaignVerb::List(verb) => verb.run(&store, output).await,
            CampaignVerb::Status(verb) => verb.run(&store, output).await,
            CampaignVerb::Watch(verb) => verb.run(&store, output).await,
            CampaignVerb::Pause(which) => control::pause(which.id, &store, output).await,
            CampaignVerb::Resume(which) => control::resume(which.id, &store, output).await,
            CampaignVerb::Cancel(which) => control::cancel(which.id, &store, output).await,
            CampaignVerb::Dead(verb) => verb.run(&store, output).await,
        }
    }
}
