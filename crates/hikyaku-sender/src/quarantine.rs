use hikyaku_model::limits::{Problem, Segment};

use crate::{
    CampaignId, Error, Outbox, Time,
    phase::CampaignPhase,
    store::step::{ListCampaigns, Quarantine},
};

/// How many rows share a commit.
const PAGE: u32 = 500;

/// The result of marking deliveries as in doubt after a restore.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Quarantined {
    /// Deliveries that are retried with the retry keys with which they may have been sent.
    pub in_doubt: u64,
    /// Deliveries that no retry key can resolve, which are dead letters now.
    pub unknown: u64,
    /// Campaigns whose lists were being read, which are paused now.
    pub paused: Vec<CampaignId>,
}

impl Outbox {
    /// Marks as in doubt every delivery that may have been sent after `since`, the time of the backup from which this
    /// store was restored. Call it once after a restore, before any worker starts: the state machine then resolves the
    /// deliveries about which LINE can still tell, and leaves the rest to an operator. It sends nothing twice.
    ///
    /// Sends that were enqueued after `since` are lost. Enqueued again under its idempotency key, a send has the same
    /// retry key as before, which LINE remembers for 24 hours.
    ///
    /// # Errors
    /// `since` is in the future, a worker has this `SQLite` file open, or the store failed to commit it.
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
