//! Bringing all of a store into another.

use crate::{
    CampaignId, Error, ErrorKind, Lane, Time,
    pace::Bucket,
    store::{Campaign, Fresh, Move, Quota, Result, Row, Step, Stored, Tx},
};

/// Forbids changes to a store, and makes sure that nothing of it is on its way.
#[derive(Debug)]
pub(crate) struct BeginMove(pub(crate) Move);

impl Step for BeginMove {
    type Out = ();
    const GUARDED: bool = false;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        if let Some(moved) = tx.moved().await?
            && moved.done
        {
            return Err(moved.refusal());
        }
        if tx.is_leased().await? {
            return Err(Error::new(ErrorKind::Unsuitable(
                "some deliveries are still on their way; stop the workers, wait a minute and move again".to_owned(),
            )));
        }
        tx.save_moved(&self.0).await
    }
}

/// Forbids changes for good.
#[derive(Debug)]
pub(crate) struct EndMove(pub(crate) Move);

impl Step for EndMove {
    type Out = ();
    const GUARDED: bool = false;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.save_moved(&self.0).await
    }
}

/// Refuses a target that holds anything.
#[derive(Debug)]
pub(crate) struct MustBeEmpty;

impl Step for MustBeEmpty {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        if tx.after(0, 1).await?.is_empty() && tx.campaigns(1).await?.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsuitable(
            "the store to move to holds deliveries already; move into an empty one".to_owned(),
        )))
    }
}

/// The next deliveries of the source.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

impl Step for Page {
    type Out = Vec<Stored>;
    const GUARDED: bool = false;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.after(self.after, self.limit).await
    }
}

/// Puts deliveries into the target as they were: keys, doubts and all.
#[derive(Debug)]
pub(crate) struct Import(pub(crate) Vec<Fresh>);

impl Step for Import {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        if tx.insert(&self.0).await?.iter().all(Option::is_some) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsuitable(
            "the store to move to was written to meanwhile; move again, into an empty one"
                .to_owned(),
        )))
    }
}

/// A delivery of the source as it is written into the target.
pub(crate) fn fresh(stored: Stored, campaign: Option<i64>) -> Fresh {
    let Stored { row, priority, idempotency_key, chunk, created_at, digest, payload } = stored;
    let Row { channel, delivery, .. } = row;
    Fresh {
        channel,
        campaign,
        chunk,
        priority,
        idempotency_key,
        digest,
        payload,
        delivery,
        created_at,
    }
}

/// Puts a campaign into the target. Its id there.
#[derive(Debug)]
pub(crate) struct ImportCampaign(pub(crate) Campaign);

impl Step for ImportCampaign {
    type Out = CampaignId;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<CampaignId> {
        let id = tx.insert_campaign(&self.0.spec).await?.ok_or_else(|| {
            Error::new(ErrorKind::Unsuitable(
                "the store to move to has a campaign of the same name; move into an empty one"
                    .to_owned(),
            ))
        })?;
        tx.save_campaign(&Campaign { id, ..self.0.clone() }).await?;
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

impl Step for Remembered {
    type Out = Vec<String>;
    const GUARDED: bool = false;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        tx.remembered(self.campaign, self.after.as_deref(), self.limit).await
    }
}

/// Lets a campaign of the target remember them.
#[derive(Debug)]
pub(crate) struct Remember {
    pub(crate) campaign: i64,
    pub(crate) ids: Vec<String>,
}

impl Step for Remember {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.remember(self.campaign, &self.ids).await.map(drop)
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

impl Step for ExportLanes {
    type Out = Vec<LaneState>;
    const GUARDED: bool = false;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let mut lanes = Vec::new();
        for (channel, lane, bucket) in tx.buckets().await? {
            let sends = tx.sends_since(&channel, lane, Time::from_millis(i64::MIN)).await?;
            let quota = tx.quota(&channel).await?;
            lanes.push(LaneState { channel, lane, bucket, sends, quota });
        }
        Ok(lanes)
    }
}

/// Writes it into the target, so that no limit is overstepped by the move.
#[derive(Debug)]
pub(crate) struct ImportLanes(pub(crate) Vec<LaneState>);

impl Step for ImportLanes {
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
