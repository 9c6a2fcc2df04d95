use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::BTreeMap,
    fmt::{self, Write},
};

use clap::Args;
use hikyaku_sender::{
    State,
    campaign::{Campaign, CampaignPhase, Progress},
};
use serde::Serialize;

use super::Which;
use crate::{
    output::{Output, visible},
    store::StoreArgs,
};

/// The number of dead letters that are searched for reasons, and of reasons that are shown.
const LETTERS: u32 = 100;
const REASONS: usize = 3;

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
        let campaign = store.open(output).await?.campaign(self.which.id).await?;
        print(&campaign, &campaign.progress().await?, output).await
    }
}

/// Prints the progress of a campaign, and LINE's reasons for refusals.
pub(super) async fn print(
    campaign: &Campaign,
    progress: &Progress,
    output: Output,
) -> anyhow::Result<()> {
    let refusals = refusals(campaign, progress).await?;
    let mut text = words(progress);
    for refusal in &refusals {
        let _ = write!(text, "\n  {refusal}");
    }
    output.print(&Document { refusals, ..Document::from(progress) }, text)
}

/// Returns LINE's reasons for the newest refusals, the most frequent first.
pub(super) async fn refusals(
    campaign: &Campaign,
    progress: &Progress,
) -> anyhow::Result<Vec<Refusal>> {
    if progress.rejected == 0 {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for letter in campaign.dead_letters(State::Rejected, LETTERS).await? {
        let error = letter.last_error.as_deref().unwrap_or("no reason is known");
        // The same message has a different request id each time.
        let reason = error.split_once(" [request id ").map_or(error, |(reason, _)| reason);
        *counts.entry(reason.to_owned()).or_default() += u64::from(letter.recipients);
    }
    let mut refusals: Vec<_> = counts.into_iter().collect();
    refusals.sort_by_key(|(_, recipients)| Reverse(*recipients));
    let refusal = |(reason, recipients)| Refusal { reason, recipients };
    Ok(refusals.into_iter().take(REASONS).map(refusal).collect())
}

/// Returns the progress as text.
pub(super) fn words(progress: &Progress) -> String {
    Words(progress).to_string()
}

/// One reason of LINE's, and for how many recipients it was given.
#[derive(Serialize)]
pub(super) struct Refusal {
    reason: String,
    recipients: u64,
}

impl Refusal {
    /// Returns the reason, in LINE's words.
    pub(super) fn reason(&self) -> Cow<'_, str> {
        visible(&self.reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused for {}: {}", self.recipients, visible(&self.reason))
    }
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<Refusal>,
}

impl From<&Progress> for Document {
    fn from(progress: &Progress) -> Self {
        let Progress { state, total, accepted, rejected, unknown, cancelled, .. } = *progress;
        Self { state, total, accepted, rejected, unknown, cancelled, refusals: Vec::new() }
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
