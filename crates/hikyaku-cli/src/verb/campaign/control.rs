use hikyaku_sender::CampaignId;

use super::status;
use crate::{output::Output, store::StoreArgs};

pub(super) async fn pause(id: CampaignId, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
    let campaign = store.open().await?.campaign(id).await?;
    campaign.pause().await?;
    status::print(&campaign.progress().await?, output)
}

pub(super) async fn resume(
    id: CampaignId,
    store: &StoreArgs,
    output: Output,
) -> anyhow::Result<()> {
    let campaign = store.open().await?.campaign(id).await?;
    campaign.resume().await?;
    status::print(&campaign.progress().await?, output)
}

pub(super) async fn cancel(
    id: CampaignId,
    store: &StoreArgs,
    output: Output,
) -> anyhow::Result<()> {
    let campaign = store.open().await?.campaign(id).await?;
    campaign.cancel().await?;
    status::print(&campaign.progress().await?, output)
}
