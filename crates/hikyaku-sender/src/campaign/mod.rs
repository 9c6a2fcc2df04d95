//! Sending one message to a list of any length.

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

/// A message on its way to a list. A clone is cheap and is the same campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    inner: Arc<Inner>,
    id: CampaignId,
}

impl Outbox {
    /// A campaign that was started before.
    ///
    /// # Errors
    /// There is none with this id, or the store cannot be read.
    pub async fn campaign(&self, id: CampaignId) -> Result<Campaign, Error> {
        let campaign = Campaign { inner: self.shared(), id };
        campaign.stored().await?;
        Ok(campaign)
    }

    /// How far the newest campaigns are.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn campaigns(&self, limit: u32) -> Result<Vec<(CampaignId, Progress)>, Error> {
        let found = self.shared().store.read(ListCampaigns(limit)).await?;
        Ok(found.iter().map(|it| (CampaignId(it.id), it.into())).collect())
    }
}

impl Campaign {
    /// Its id in this store.
    pub fn id(&self) -> CampaignId {
        self.id
    }

    /// How far it is.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn progress(&self) -> Result<Progress, Error> {
        Ok((&self.stored().await?).into())
    }

    /// Sends no more of it until [`resume`](Self::resume). What is on its way at this moment still goes.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn pause(&self) -> Result<(), Error> {
        self.set(CampaignState::Paused).await
    }

    /// Goes on after [`pause`](Self::pause).
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn resume(&self) -> Result<(), Error> {
        self.set(CampaignState::Running).await
    }

    /// Withdraws all that surely was not sent. What may have been sent is cleared up and counted as what it was.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn cancel(&self) -> Result<(), Error> {
        self.set(CampaignState::Cancelled).await?;
        // A kill in between is no harm: a worker's sweep goes on.
        self.inner.store.withdraw(self.id.0).await.map(drop)
    }

    /// Its dead letters of one tray: [`State::Rejected`] or [`State::Unknown`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn dead_letters(&self, tray: State, limit: u32) -> Result<Vec<Listed>, Error> {
        let filter = Filter::default().state(tray).campaign(self.id).limit(limit);
        Ok(self.inner.store.list(filter).await?.into_iter().map(Listed::from).collect())
    }

    /// Retries its dead letters of one tray, as [`Outbox::retry`] and, with `may_duplicate`,
    /// [`Outbox::retry_may_duplicate`] do. How many are sent again: those that may arrive twice stay where they are, unless
    /// that is accepted.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn retry_dead_letters(&self, tray: State, may_duplicate: bool) -> Result<u64, Error> {
        self.act(tray, Act::Retry { may_duplicate }).await
    }

    /// Puts its dead letters of one tray away, and tells how many that were.
    ///
    /// # Errors
    /// The store did not take it.
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
