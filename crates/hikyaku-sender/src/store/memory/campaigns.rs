use super::MemoryTx;
use crate::store::{
    CampaignCounts, CampaignRow, Campaigns, Cursor, NewCampaign, Reads as _, Result,
};

impl Campaigns for MemoryTx<'_> {
    async fn insert_campaign(&mut self, campaign: &NewCampaign) -> Result<Option<i64>> {
        let taken = campaign.idempotency_key.is_some()
            && self.memory.campaigns.values().any(|it| {
                it.spec.channel == campaign.channel
                    && it.spec.idempotency_key == campaign.idempotency_key
            });
        if taken {
            return Ok(None);
        }
        self.memory.last_campaign += 1;
        let id = self.memory.last_campaign;
        let campaign = CampaignRow {
            id,
            spec: campaign.clone(),
            cursor: Cursor::default(),
            counts: CampaignCounts::default(),
        };
        self.memory.campaigns.insert(id, campaign);
        Ok(Some(id))
    }

    async fn lock_campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        self.campaign(id).await
    }

    async fn save_campaign(&mut self, campaign: &CampaignRow) -> Result<()> {
        if let Some(stored) = self.memory.campaigns.get_mut(&campaign.id) {
            stored.spec.state = campaign.spec.state;
            stored.cursor = campaign.cursor.clone();
        }
        Ok(())
    }

    async fn remove_campaign(&mut self, id: i64) -> Result<()> {
        self.memory.campaigns.remove(&id);
        Ok(())
    }

    async fn add_counts(&mut self, campaign: i64, counts: CampaignCounts) -> Result<bool> {
        let Some(stored) = self.memory.campaigns.get_mut(&campaign) else { return Ok(false) };
        stored.counts = stored.counts.plus(counts);
        Ok(stored.is_over())
    }

    async fn remember(&mut self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        Ok(ids.iter().map(|id| self.memory.seen.insert((campaign, id.clone()))).collect())
    }

    async fn forget(&mut self, campaign: i64) -> Result<()> {
        self.memory.seen.retain(|(of, _)| *of != campaign);
        Ok(())
    }
}
