//! Campaigns: one message to a list of any length.

mod feed;
mod lines;
mod new_campaign;
mod progress;
mod template;

pub use feed::{BadLine, Fed, Feed};
pub use new_campaign::CampaignBuilder;
pub use progress::{Progress, Watch, Watched};

pub use crate::phase::CampaignPhase;

use std::sync::Arc;

use crate::{
    Act, CampaignId, Error, ErrorKind, Filter, Listed, Outbox, State, bulk,
    outbox::Inner,
    store::{
        CampaignRow, CampaignState,
        step::{GetCampaign, ListCampaigns, SetCampaignState},
    },
};

/// A campaign that sends one message to a list. A clone is cheap and refers to the same campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    inner: Arc<Inner>,
    id: CampaignId,
}

impl Outbox {
    /// Returns an existing campaign.
    ///
    /// # Errors
    /// There is no campaign with this id, or the store cannot be read.
    pub async fn campaign(&self, id: CampaignId) -> Result<Campaign, Error> {
        let campaign = Campaign { inner: self.shared(), id };
        campaign.stored().await?;
        Ok(campaign)
    }

    /// Returns the progress of the newest campaigns.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn campaigns(&self, limit: u32) -> Result<Vec<(CampaignId, Progress)>, Error> {
        let found = self.shared().store.read(ListCampaigns(limit)).await?;
        Ok(found.iter().map(|it| (CampaignId(it.id), it.into())).collect())
    }
}

impl Campaign {
    /// Returns the campaign's id in this store.
    pub fn id(&self) -> CampaignId {
        self.id
    }

    /// Returns the campaign's progress.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn progress(&self) -> Result<Progress, Error> {
        Ok((&self.stored().await?).into())
    }

    /// Pauses the campaign until [`resume`](Self::resume). Requests in flight still complete.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn pause(&self) -> Result<(), Error> {
        self.set(CampaignState::Paused).await
    }

    /// Resumes the campaign after [`pause`](Self::pause).
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn resume(&self) -> Result<(), Error> {
        self.set(CampaignState::Running).await
    }

    /// Cancels the campaign: withdraws every delivery that surely was not sent. A delivery that may have been sent is
    /// resolved and counted by its outcome.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn cancel(&self) -> Result<(), Error> {
        self.set(CampaignState::Cancelled).await?;
        // A kill in between is no harm: a worker's sweep goes on.
        self.inner.store.withdraw(self.id.0).await.map(drop)
    }

    /// Returns the campaign's dead letters in one state: [`State::Rejected`] or [`State::Unknown`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn dead_letters(&self, tray: State, limit: u32) -> Result<Vec<Listed>, Error> {
        let filter = Filter::default().state(tray).campaign(self.id).limit(limit);
        Ok(self.inner.store.list(filter).await?.into_iter().map(Listed::from).collect())
    }

    /// Retries the campaign's dead letters in one state, like [`Outbox::retry`] and, with `may_duplicate`,
    /// [`Outbox::retry_may_duplicate`]. Returns the number that are sent again: without `may_duplicate`, those that may
    /// arrive twice stay dead letters.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn retry_dead_letters(&self, tray: State, may_duplicate: bool) -> Result<u64, Error> {
        self.act(tray, Act::Retry { may_duplicate }).await
    }

    /// Discards the campaign's dead letters in one state, and returns their number.
    ///
    /// # Errors
    /// The store failed to commit it.
    pub async fn drop_dead_letters(&self, tray: State) -> Result<u64, Error> {
        self.act(tray, Act::Drop).await
    }

    async fn stored(&self) -> Result<CampaignRow, Error> {
        let found = self.inner.store.read(GetCampaign(self.id.0)).await?;
        found.ok_or_else(|| Error::new(ErrorKind::NoCampaign(self.id)))
    }

    /// One row is written, and claims heed it from then on.
    async fn set(&self, to: CampaignState) -> Result<(), Error> {
        self.inner.store.run(SetCampaignState { id: self.id.0, to }).await?;
        self.inner.store.news().tell();
        Ok(())
    }

    async fn act(&self, tray: State, act: Act) -> Result<u64, Error> {
        let filter = Filter::default().state(tray).campaign(self.id);
        Ok(bulk::act_on(&self.inner, &filter, act, |_| {}).await?.done)
    }
}
