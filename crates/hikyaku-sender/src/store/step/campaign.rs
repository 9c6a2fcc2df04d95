use hikyaku_model::SendKind;

use crate::{
    CampaignId, Error, ErrorKind,
    delivery::{Delivery, State},
    fairness, key,
    phase::CampaignPhase,
    recipients::Recipients,
    store::{
        Body, CampaignCounts, CampaignRow, CampaignState, Cursor, Fresh, NewCampaign, Payload,
        Result, Tx, WriteStep,
        row::{Before, Effects},
    },
};

/// Why a delivery is withdrawn with its campaign.
pub(super) const CANCELLED: &str = "its campaign was cancelled";

/// Begins a campaign, or finds the one that its idempotency key began before.
#[derive(Debug)]
pub(crate) struct StartCampaign(pub(crate) NewCampaign);

/// What a start came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    New(i64),
    Existing(i64),
    Conflict(i64),
}

impl WriteStep for StartCampaign {
    type Out = Started;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Started> {
        if let Some(id) = tx.insert_campaign(&self.0).await? {
            return Ok(Started::New(id));
        }
        let key = self.0.idempotency_key.as_deref().unwrap_or_default();
        let (id, digest) = tx
            .campaign_by_key(&self.0.channel, key)
            .await?
            .ok_or_else(|| Error::store("the campaign was removed at this moment; try again"))?;
        Ok(if digest == self.0.digest { Started::Existing(id) } else { Started::Conflict(id) })
    }
}

/// Recipients of one request of a campaign.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) ids: Vec<String>,
    /// The message for this one recipient, where it has variables.
    pub(crate) body: Option<String>,
}

/// Adds what was read of a campaign's list, and moves its cursor over it. The campaign as it is then.
#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) campaign: i64,
    /// Where the reader began. A cursor that is elsewhere means that another reader is at work.
    pub(crate) from: Cursor,
    pub(crate) to: Cursor,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) bad_lines: i64,
}

impl WriteStep for Append {
    type Out = CampaignRow;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<CampaignRow> {
        let now = tx.now().await?;
        let mut campaign =
            tx.lock_campaign(self.campaign).await?.ok_or_else(|| missing(self.campaign))?;
        if campaign.cursor != self.from {
            return Err(Error::new(ErrorKind::Locked {
                holder: format!(
                    "another program is reading the list of campaign {}",
                    self.campaign
                ),
            }));
        }
        if campaign.spec.state == CampaignState::Cancelled {
            return Err(Error::new(ErrorKind::Recipients(format!(
                "campaign {} is cancelled, so no more of its list is read",
                self.campaign
            ))));
        }
        let mut counts = CampaignCounts { bad_lines: self.bad_lines, ..CampaignCounts::default() };
        let mut rows = Vec::with_capacity(self.chunks.len());
        let mut number = self.from.chunks;
        for chunk in &self.chunks {
            let ids = if campaign.spec.dedupe {
                let new = tx.remember(self.campaign, &chunk.ids).await?;
                chunk
                    .ids
                    .iter()
                    .zip(new)
                    .filter(|(_, new)| *new)
                    .map(|(id, _)| id.clone())
                    .collect()
            } else {
                chunk.ids.clone()
            };
            counts.repeated += count(chunk.ids.len()) - count(ids.len());
            // A chunk has its number, and so its key, whatever its place in a transaction.
            if !ids.is_empty() {
                counts.total += count(ids.len());
                rows.push(row(&campaign, number, &ids, chunk.body.clone(), now));
            }
            number += 1;
        }
        tx.insert(&rows).await?;
        campaign.cursor = Cursor { chunks: number, ..self.to.clone() };
        if campaign.cursor.done {
            tx.forget(self.campaign).await?;
            if campaign.spec.state == CampaignState::Held {
                campaign.spec.state = CampaignState::Running;
            }
        }
        tx.save_campaign(&campaign).await?;
        let is_over = tx.add_counts(self.campaign, counts).await?;
        if is_over && self.to.done {
            let done = super::campaign_over(tx, self.campaign).await?;
            super::tell(tx, done.into_iter().collect()).await?;
        }
        campaign.counts = campaign.counts.plus(counts);
        Ok(campaign)
    }
}

fn row(
    campaign: &CampaignRow,
    number: i64,
    ids: &[String],
    body: Option<String>,
    now: crate::Time,
) -> Fresh {
    let spec = &campaign.spec;
    let kind = if spec.personal { SendKind::Push } else { SendKind::Multicast };
    let retry_key = key::chunk(spec.seed, number);
    let recipients = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let mut delivery = Delivery::new(kind, recipients, retry_key, spec.due);
    delivery.on_unknown = spec.on_unknown;
    delivery.expires_at = spec.expires_at;
    Fresh {
        channel: spec.channel.clone(),
        campaign: Some(campaign.id),
        chunk: Some(number),
        priority: spec.priority,
        fairness_key: fairness::of_campaign(campaign.id),
        idempotency_key: None,
        takes_over: false,
        reference: None,
        tells: false,
        payload: Payload {
            recipients: Recipients::pack(ids),
            body: body.map(|json| Body { json, delivery_tag: None }),
            trace: None,
        },
        delivery,
        created_at: now,
    }
}

/// Removes a campaign of whose list nothing was kept. Whether there is none any more.
#[derive(Debug)]
pub(crate) struct TakeBack {
    pub(crate) campaign: i64,
}

impl WriteStep for TakeBack {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let Some(campaign) = tx.lock_campaign(self.campaign).await? else { return Ok(true) };
        let untouched = campaign.cursor == Cursor::default();
        if untouched {
            tx.remove_campaign(self.campaign).await?;
        }
        Ok(untouched)
    }
}

/// Pauses, resumes or cancels a campaign: from here on, no claim sends what it should not.
#[derive(Debug)]
pub(crate) struct SetCampaignState {
    pub(crate) id: i64,
    pub(crate) to: CampaignState,
}

impl WriteStep for SetCampaignState {
    type Out = CampaignRow;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<CampaignRow> {
        let mut campaign = tx.lock_campaign(self.id).await?.ok_or_else(|| missing(self.id))?;
        let over = matches!(campaign.phase(), CampaignPhase::Cancelled | CampaignPhase::Done);
        // What is over stays so; only a pause may be lifted, before its dead letters are retried.
        if !over
            || self.to == CampaignState::Running && campaign.spec.state == CampaignState::Paused
        {
            // A list that must be found good first is not let go by a resume.
            let held =
                campaign.spec.state == CampaignState::Held && self.to != CampaignState::Cancelled;
            campaign.spec.state = if held { CampaignState::Held } else { self.to };
            if campaign.spec.state == CampaignState::Cancelled {
                // No more of its list is ever read.
                tx.forget(self.id).await?;
            }
            tx.save_campaign(&campaign).await?;
            if campaign.spec.state == CampaignState::Cancelled && campaign.is_over() {
                // Else the last of its rows that is withdrawn or settled tells it.
                super::tell(tx, vec![campaign.outcome()]).await?;
            }
        }
        Ok(campaign)
    }
}

/// Withdraws a page of what surely was not sent of a cancelled campaign.
#[derive(Debug)]
pub(crate) struct Withdraw {
    pub(crate) campaign: i64,
    /// The last of the page before: those in doubt stay what they are.
    pub(crate) after: i64,
    pub(crate) limit: u32,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Withdrawn {
    pub(crate) withdrawn: u64,
    /// The last of it; none where there is no more.
    pub(crate) last: Option<i64>,
}

impl WriteStep for Withdraw {
    type Out = Withdrawn;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Withdrawn> {
        // What is cancelled once stays so.
        if tx.campaign_state(self.campaign).await? != Some(CampaignState::Cancelled) {
            return Ok(Withdrawn::default());
        }
        let mut rows =
            tx.campaign_rows(self.campaign, State::Ready, self.after, self.limit).await?;
        let last = rows.last().map(|row| row.id);
        let mut effects = Effects::default();
        rows.retain_mut(|row| {
            let before = Before::of(&row.delivery);
            let withdrawn = row.delivery.cancel(CANCELLED).is_ok();
            effects.note(before, row);
            withdrawn
        });
        tx.save(&rows).await?;
        super::apply(tx, effects).await?;
        Ok(Withdrawn { withdrawn: rows.len() as u64, last })
    }
}

fn missing(id: i64) -> Error {
    Error::new(ErrorKind::NoCampaign(CampaignId(id)))
}

fn count(ids: usize) -> i64 {
    i64::try_from(ids).unwrap_or(i64::MAX)
}
