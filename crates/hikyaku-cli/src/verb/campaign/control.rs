use hikyaku_sender::{CampaignId, campaign::CampaignPhase};

use super::status;
use crate::{failure::refused, output::Output, store::StoreArgs};

pub(super) async fn pause(id: CampaignId, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
    let campaign = store.open(output).await?.campaign(id).await?;
    campaign.pause().await?;
    status::print(&campaign, &campaign.progress().await?, output).await
}

pub(super) async fn resume(
    id: CampaignId,
    store: &StoreArgs,
    output: Output,
) -> anyhow::Result<()> {
    let campaign = store.open(output).await?.campaign(id).await?;
    campaign.resume().await?;
    let progress = campaign.progress().await?;
    if progress.state == CampaignPhase::Cancelled {
        return Err(refused(format!(
            "campaign {id} was cancelled, so it cannot go on; start another"
        )));
    }
    status::print(&campaign, &progress, output).await
}

pub(super) async fn cancel(
    id: CampaignId,
    store: &StoreArgs,
    output: Output,
) -> anyhow::Result<()> {
    let campaign = store.open(output).await?.campaign(id).await?;
    campaign.cancel().await?;
    status::print(&campaign, &campaign.progress().await?, output).await
}
