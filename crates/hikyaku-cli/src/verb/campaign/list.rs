use std::fmt;

use clap::Args;
use hikyaku_sender::{CampaignId, campaign::Progress};
use serde::Serialize;

use super::status::{self, Document};
use crate::{output::Output, store::StoreArgs};

/// List campaigns and how far they are, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku campaign list
  hikyaku campaign list --limit 5 --json")]
pub(super) struct List {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

#[derive(Serialize)]
struct Listed {
    campaign_id: i64,
    #[serde(flatten)]
    progress: Document,
}

#[derive(Serialize)]
struct Campaigns {
    campaigns: Vec<Listed>,
}

impl List {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let found = store.open(output).await?.campaigns(self.limit).await?;
        let listed = |(id, progress): &(CampaignId, Progress)| Listed {
            campaign_id: id.get(),
            progress: Document::from(progress),
        };
        let campaigns = Campaigns { campaigns: found.iter().map(listed).collect() };
        output.print(&campaigns, Table(&found))
    }
}

struct Table<'a>(&'a [(CampaignId, Progress)]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8}  progress", "id")?;
        for (id, progress) in self.0 {
            write!(f, "\n{:>8}  {}", id.get(), status::words(progress))?;
        }
        Ok(())
    }
}
