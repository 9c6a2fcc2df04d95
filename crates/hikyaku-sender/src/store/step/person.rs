use crate::{
    CampaignId, DeliveryId, Error, ErrorKind, Time,
    delivery::{Refusal, State},
    store::{Result, Row, Step, Tx, row::Effects},
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

impl Step for ActOnOne {
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

/// Does it to the dead letters of a campaign. How many took it, and how many did not.
#[derive(Debug)]
pub(crate) struct ActOnTray {
    pub(crate) campaign: i64,
    pub(crate) tray: State,
    pub(crate) act: Act,
    pub(crate) limit: u32,
}

impl Step for ActOnTray {
    type Out = (u64, u64);

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(u64, u64)> {
        if tx.campaign(self.campaign, false).await?.is_none() {
            return Err(Error::new(ErrorKind::NoCampaign(CampaignId(self.campaign))));
        }
        let now = tx.now().await?;
        let mut rows = tx.campaign_rows(self.campaign, &[self.tray], self.limit).await?;
        let mut effects = Effects::default();
        let (mut done, mut refused) = (0, 0);
        for row in &mut rows {
            let before = row.delivery.state;
            match self.act.on(row, now) {
                Ok(()) => done += 1,
                Err(_) => refused += 1,
            }
            effects.note(before, row);
        }
        tx.save(&rows).await?;
        super::apply(tx, effects).await?;
        Ok((done, refused))
    }
}
