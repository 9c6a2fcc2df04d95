use crate::{
    CampaignId, DeliveryId, Error, ErrorKind, Filter, Time,
    delivery::{Refusal, State},
    store::{Result, Row, Tx, WriteStep, row::Effects},
};

/// What a person does to a delivery.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Cancel,
    Retry { may_duplicate: bool },
    Drop,
}

impl Act {
    fn on(self, row: &mut Row, now: Time) -> std::result::Result<(), Refusal> {
        match self {
            Self::Cancel => row.delivery.cancel("cancelled by a person"),
            Self::Retry { may_duplicate } => row.delivery.retry(may_duplicate, now),
            Self::Drop => row.delivery.drop_dead_letter(),
        }
    }
}

/// Does it to one delivery.
#[derive(Debug)]
pub(crate) struct ActOnOne {
    pub(crate) id: i64,
    pub(crate) act: Act,
}

impl WriteStep for ActOnOne {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let now = tx.now().await?;
        let mut rows = tx.load(&[self.id]).await?;
        let id = DeliveryId(self.id);
        let row = rows.first_mut().ok_or_else(|| Error::new(ErrorKind::NoDelivery(id)))?;
        let before = row.delivery.state;
        self.act.on(row, now).map_err(|why| Error::new(ErrorKind::Refused(id, why)))?;
        let mut effects = Effects::default();
        effects.note(before, row);
        tx.save(&rows).await?;
        super::apply(tx, effects).await
    }
}

/// Does it to a page of the dead letters of a campaign, the newest first. How many took it, and the last of the page.
#[derive(Debug)]
pub(crate) struct ActOnTray {
    pub(crate) campaign: i64,
    pub(crate) tray: State,
    pub(crate) act: Act,
    /// The last of the page before: those that did not take it are in the tray still.
    pub(crate) before: Option<DeliveryId>,
    pub(crate) limit: u32,
}

impl WriteStep for ActOnTray {
    type Out = (u64, Option<DeliveryId>);

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        if tx.campaign(self.campaign).await?.is_none() {
            return Err(Error::new(ErrorKind::NoCampaign(CampaignId(self.campaign))));
        }
        let now = tx.now().await?;
        let filter = Filter {
            state: Some(self.tray),
            campaign: Some(CampaignId(self.campaign)),
            before: self.before,
            limit: self.limit,
            ..Filter::default()
        };
        let page: Vec<i64> = tx.list(&filter).await?.iter().map(|it| it.row.id).collect();
        let mut rows = tx.load(&page).await?;
        let mut effects = Effects::default();
        let mut done = 0;
        rows.retain_mut(|row| {
            let before = row.delivery.state;
            // Somebody else may have acted on it meanwhile.
            let taken = before == self.tray && self.act.on(row, now).is_ok();
            if taken {
                done += 1;
                effects.note(before, row);
            }
            taken
        });
        tx.save(&rows).await?;
        super::apply(tx, effects).await?;
        Ok((done, page.last().map(|id| DeliveryId(*id))))
    }
}
