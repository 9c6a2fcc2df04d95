use std::fmt;

use clap::Args;
use hikyaku_sender::campaign::{CampaignPhase, Progress};
use serde::Serialize;

use super::Which;
use crate::{output::Output, store::StoreArgs};

/// Show how far a campaign is, counted in recipients
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku campaign status 1
  hikyaku campaign status 1 --json")]
pub(super) struct Status {
    #[command(flatten)]
    which: Which,
}

impl Status {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let campaign = store.open().await?.campaign(self.which.id).await?;
        print(&campaign.progress().await?, output)
    }
}

/// Prints how far a campaign is.
pub(super) fn print(progress: &Progress, output: Output) -> anyhow::Result<()> {
    output.print(&Document::from(progress), Words(progress))
}

/// How far it is, in words.
pub(super) fn words(progress: &Progress) -> String {
    Words(progress).to_string()
}

/// How far it is, for programs.
#[derive(Serialize)]
pub(super) struct Document {
    state: CampaignPhase,
    total: u64,
    accepted: u64,
    rejected: u64,
    unknown: u64,
    cancelled: u64,
}

impl From<&Progress> for Document {
    fn from(progress: &Progress) -> Self {
        let Progress { state, total, accepted, rejected, unknown, cancelled, .. } = *progress;
        Self { state, total, accepted, rejected, unknown, cancelled }
    }
}

struct Words<'a>(&'a Progress);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { state, total, accepted, .. } = self.0;
        let state = match state {
            CampaignPhase::Feeding => "reading its list",
            CampaignPhase::Running => "running",
            CampaignPhase::Paused => "paused",
            CampaignPhase::Cancelled => "cancelled",
            CampaignPhase::Done => "done",
            _ => "in a phase of an unknown kind",
        };
        write!(f, "{state}: {accepted} of {total} accepted")?;
        for (count, what) in [
            (self.0.rejected, "rejected"),
            (self.0.unknown, "unknown"),
            (self.0.cancelled, "cancelled"),
            (self.0.repeated, "left out as repetitions"),
            (self.0.bad_lines, "bad lines"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
