use hikyaku_model::limits::{Problem, Segment};

use crate::{
    CampaignId, Error, Outbox, Time,
    phase::CampaignPhase,
    store::step::{ListCampaigns, Quarantine},
};

/// How many rows share a commit.
const PAGE: u32 = 500;

/// What a restored store does not know of, put in doubt.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Quarantined {
    /// Deliveries that are sent again under the keys that they may have been sent with.
    pub in_doubt: u64,
    /// Deliveries that no key can clear up, which are dead letters now.
    pub unknown: u64,
    /// Campaigns whose lists were being read, which are paused now.
    pub paused: Vec<CampaignId>,
}

impl Outbox {
    /// Puts everything in doubt that may have been sent after `since`, the moment that this store was restored to. Do it
    /// after a restore, before any worker begins, and once: the state machine then clears up what LINE still can tell,
    /// and leaves the rest to a person. Nothing is sent twice by it.
    ///
    /// What was enqueued after `since` is lost. Enqueued again under its idempotency key, it has the retry key that it
    /// had, which LINE knows for 24 hours.
    ///
    /// # Errors
    /// `since` is to come, a worker has this `SQLite` file, or the store did not take it.
    pub async fn quarantine(&self, since: impl Into<Time>) -> Result<Quarantined, Error> {
        let (inner, since) = (self.shared(), since.into());
        if since > self.now().await? {
            let rule = "must not be a time that is to come";
            return Err(Error::breaks(vec![Segment::Field("since")], Problem::Rule(rule)));
        }
        let _lock = inner.store.lock_worker().await?;
        let mut quarantined = Quarantined::default();
        for stored in inner.store.read(ListCampaigns(u32::MAX)).await? {
            if stored.phase() == CampaignPhase::Feeding {
                let campaign = self.campaign(CampaignId(stored.id)).await?;
                campaign.pause().await?;
                quarantined.paused.push(campaign.id());
            }
        }
        let mut after = 0;
        loop {
            let page = inner.store.run(Quarantine { since, after, limit: PAGE }).await?;
            quarantined.in_doubt += page.in_doubt;
            quarantined.unknown += page.unknown;
            match page.last {
                Some(last) => after = last,
                None => break,
            }
        }
        Ok(quarantined)
    }
}
