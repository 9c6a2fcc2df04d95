use crate::{CampaignId, DeliveryId, State};

/// Which deliveries to list. The default is the 100 newest.
#[derive(Clone, Debug)]
#[non_exhaustive]
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

impl Filter {
    /// Sets `state`, see the field.
    pub fn state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// Sets `channel`, see the field.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    /// Sets `campaign`, see the field.
    pub fn campaign(mut self, campaign: CampaignId) -> Self {
        self.campaign = Some(campaign);
        self
    }

    /// Sets `before`, see the field.
    pub fn before(mut self, id: impl Into<DeliveryId>) -> Self {
        self.before = Some(id.into());
        self
    }

    /// Sets `limit`, see the field.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }
}
