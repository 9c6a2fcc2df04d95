//! Bringing all of a store into another.

use super::sweep::end_leases;
use crate::{
    Attempt, CampaignId, Error, ErrorKind, Hold, Lane, Time, fairness,
    outcome::Outcome,
    pace::Bucket,
    store::{
        CampaignRow, Fence, Fresh, Move, Quota, ReadStep, Reads, Result, Row, Stored, Tx, WriteStep,
    },
};

/// How many leases are ended at once.
const LEASES: u32 = 1000;

/// Forbids changes to a store, and makes sure that nothing of it is on its way.
#[derive(Debug)]
pub(crate) struct BeginMove {
    pub(crate) to: Move,
    /// Whether no worker can be at work, so that what is in flight is only left over.
    pub(crate) alone: bool,
}

impl WriteStep for BeginMove {
    type Out = ();
    const FENCE: Fence = Fence::Exclusive;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        if let Some(moved) = tx.moved().await?
            && moved.done
        {
            return Err(moved.refusal());
        }
        if self.alone {
            while end_leases(tx, LEASES).await? > 0 {}
        }
        if tx.is_leased().await? {
            return Err(Error::new(ErrorKind::Unsuitable(
                "some deliveries are still on their way; stop the workers, wait a minute and move again".to_owned(),
            )));
        }
        tx.save_moved(&self.to).await
    }
}

/// Forbids changes for good.
#[derive(Debug)]
pub(crate) struct EndMove(pub(crate) Move);

impl WriteStep for EndMove {
    type Out = ();
    const FENCE: Fence = Fence::Exclusive;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.save_moved(&self.0).await
    }
}

/// Refuses a target that holds anything.
#[derive(Debug)]
pub(crate) struct MustBeEmpty;

impl ReadStep for MustBeEmpty {
    type Out = ();

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<()> {
        let is_empty = tx.after(0, 1).await?.is_empty()
            && tx.campaigns(1).await?.is_empty()
            && tx.outcomes(0, 1).await?.is_empty();
        if is_empty {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsuitable(
            "the store to move to holds deliveries or outcomes already; move into an empty one"
                .to_owned(),
        )))
    }
}

/// The next deliveries of the source.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

impl ReadStep for Page {
    type Out = (Vec<Stored>, Vec<(i64, Attempt)>);

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let page = tx.after(self.after, self.limit).await?;
        let attempts = match page.last() {
            Some(last) => tx.attempts(self.after + 1, last.row.id).await?,
            None => Vec::new(),
        };
        Ok((page, attempts))
    }
}

/// Puts deliveries into the target as they were: keys, doubts and all.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) rows: Vec<Fresh>,
    /// Their requests, each with the place of its row.
    pub(crate) attempts: Vec<(usize, Attempt)>,
}

impl WriteStep for Import {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let ids = tx.insert(&self.rows).await?;
        if ids.iter().all(Option::is_some) {
            let of = |place: usize| ids.get(place).copied().flatten();
            let attempts = self.attempts.iter();
            let attempts: Vec<_> =
                attempts.filter_map(|(place, it)| Some((of(*place)?, it.clone()))).collect();
            return if attempts.is_empty() { Ok(()) } else { tx.save_attempts(&attempts).await };
        }
        Err(Error::new(ErrorKind::Unsuitable(
            "the store to move to was written to meanwhile; move again, into an empty one"
                .to_owned(),
        )))
    }
}

/// A delivery of the source as it is written into the target.
pub(crate) fn fresh(stored: Stored, campaign: Option<i64>) -> Fresh {
    let Stored { row, priority, chunk, payload } = stored;
    let Row {
        channel, created_at, idempotency_key, reference, tells, fairness_key, delivery, ..
    } = row;
    Fresh {
        channel,
        campaign,
        chunk,
        priority,
        // A campaign has another id there, and so another key.
        fairness_key: campaign.map_or(fairness_key, fairness::of_campaign),
        idempotency_key,
        takes_over: false,
        reference,
        tells,
        payload,
        delivery,
        created_at,
    }
}

/// Puts a campaign into the target. Its id there.
#[derive(Debug)]
pub(crate) struct ImportCampaign(pub(crate) CampaignRow);

impl WriteStep for ImportCampaign {
    type Out = CampaignId;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<CampaignId> {
        let id = tx.insert_campaign(&self.0.spec).await?.ok_or_else(|| {
            Error::new(ErrorKind::Unsuitable(
                "the store to move to has a campaign of the same name; move into an empty one"
                    .to_owned(),
            ))
        })?;
        tx.save_campaign(&CampaignRow { id, ..self.0.clone() }).await?;
        tx.add_counts(id, self.0.counts).await?;
        Ok(CampaignId(id))
    }
}

/// The next ids that a campaign of the source remembers.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) campaign: i64,
    pub(crate) after: Option<String>,
    pub(crate) limit: u32,
}

impl ReadStep for Remembered {
    type Out = Vec<String>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.remembered(self.campaign, self.after.as_deref(), self.limit).await
    }
}

/// Lets a campaign of the target remember them.
#[derive(Debug)]
pub(crate) struct Remember {
    pub(crate) campaign: i64,
    pub(crate) ids: Vec<String>,
}

impl WriteStep for Remember {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.remember(self.campaign, &self.ids).await.map(drop)
    }
}

/// A page of the source's outcomes, and the greatest id that one ever had.
#[derive(Debug)]
pub(crate) struct ExportOutcomes {
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

impl ReadStep for ExportOutcomes {
    type Out = (Vec<Outcome>, i64);

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        Ok((tx.outcomes(self.after, self.limit).await?, tx.outcome_mark().await?))
    }
}

/// Puts them into the target, under their ids: listeners keep them as cursors.
#[derive(Debug)]
pub(crate) struct ImportOutcomes {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) mark: i64,
}

impl WriteStep for ImportOutcomes {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.import_outcomes(&self.outcomes, self.mark).await
    }
}

/// What is known of one lane.
#[derive(Clone, Debug)]
pub(crate) struct LaneState {
    channel: String,
    lane: Lane,
    bucket: Bucket,
    sends: Vec<Time>,
    quota: Option<Quota>,
}

/// What is known of all lanes of the source.
#[derive(Debug)]
pub(crate) struct ExportLanes;

impl ReadStep for ExportLanes {
    type Out = Vec<LaneState>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Self::Out> {
        let mut lanes = Vec::new();
        for (channel, lane, bucket) in tx.buckets().await? {
            let sends = tx.sends_since(&channel, lane, Time::from_millis(i64::MIN)).await?;
            let quota = tx.quota(&channel).await?;
            lanes.push(LaneState { channel, lane, bucket, sends, quota });
        }
        Ok(lanes)
    }
}

/// All holds of people that the source has.
#[derive(Debug)]
pub(crate) struct ExportHolds;

impl ReadStep for ExportHolds {
    type Out = Vec<Hold>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Vec<Hold>> {
        tx.holds().await
    }
}

/// Writes them into the target.
#[derive(Debug)]
pub(crate) struct ImportHolds(pub(crate) Vec<Hold>);

impl WriteStep for ImportHolds {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for hold in &self.0 {
            tx.insert_hold(hold).await?;
        }
        Ok(())
    }
}

/// Writes it into the target, so that no limit is overstepped by the move.
#[derive(Debug)]
pub(crate) struct ImportLanes(pub(crate) Vec<LaneState>);

impl WriteStep for ImportLanes {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for LaneState { channel, lane, bucket, sends, quota } in &self.0 {
            tx.save_bucket(channel, *lane, bucket).await?;
            tx.log_sends(channel, *lane, sends).await?;
            if let Some(quota) = quota {
                tx.save_quota(channel, quota).await?;
            }
        }
        Ok(())
    }
}
