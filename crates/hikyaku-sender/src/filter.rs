use crate::{CampaignId, DeliveryId, State};

/// Which deliveries to list. The default is the 100 newest.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this channel.
    pub channel: Option<String>,
    /// Only those of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only those with a smaller id, to go on after a full page.
    pub before: Option<DeliveryId>,
    /// At most so many, newest first.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self { state: None, channel: None, campaign: None, before: None, limit: 100 }
    }
}
