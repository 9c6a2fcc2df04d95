use super::order;
use crate::{
    Act, DeliveryId, Error, ErrorKind, Filter, Lane, State,
    delivery::Refusal,
    store::{
        Found, ReadStep, Reads, Result, Stored, Tx, WriteStep,
        row::{Before, Effects},
        still_fits,
    },
};

/// What a person does to one delivery.
#[derive(Debug)]
pub(crate) struct ActOnOne {
    pub(crate) id: i64,
    pub(crate) act: Act,
}

impl WriteStep for ActOnOne {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let mut effects = Effects::default();
        self.act(tx, &mut effects).await?;
        super::apply(tx, effects).await
    }
}

impl ActOnOne {
    /// Does it, and notes what is still to be written of it.
    pub(crate) async fn act<T: Tx>(&self, tx: &mut T, effects: &mut Effects) -> Result<()> {
        let now = tx.now().await?;
        let mut rows = tx.load(&[self.id]).await?;
        let id = DeliveryId(self.id);
        let row = rows.first_mut().ok_or_else(|| Error::new(ErrorKind::NoDelivery(id)))?;
        let before = Before::of(&row.delivery);
        self.act
            .on(&mut row.delivery, now)
            .map_err(|why| Error::new(ErrorKind::Refused(id, why)))?;
        effects.note(before, row);
        order::save(tx, &rows).await
    }
}

/// The caller who waited for a delivery was told that it was refused or withdrawn. Whether that is news.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) i64);

impl WriteStep for Told {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let now = tx.now().await?;
        let mut rows = tx.load(&[self.0]).await?;
        let Some(row) = rows.first_mut() else { return Ok(false) };
        let before = Before::of(&row.delivery);
        if !row.delivery.told(now) {
            return Ok(false);
        }
        let mut effects = Effects::default();
        effects.note(before, row);
        tx.save(&rows).await?;
        super::apply(tx, effects).await?;
        Ok(true)
    }
}

/// From now on every outcome of a delivery is told, and no caller's patience keeps one back. Whether it has not ended.
#[derive(Debug)]
pub(crate) struct ReportOutcome(pub(crate) i64);

impl WriteStep for ReportOutcome {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let mut rows = tx.load(&[self.0]).await?;
        let Some(row) = rows.first_mut() else { return Ok(false) };
        if !matches!(row.delivery.state, State::Ready | State::InFlight) {
            return Ok(false);
        }
        if !row.tells || row.delivery.watched_until.is_some() {
            row.tells = true;
            row.delivery.watched_until = None;
            tx.save(&rows).await?;
            tx.tell_acceptance(self.0).await?;
        }
        Ok(true)
    }
}

/// Its callers are to hear that a delivery is refused: it is withdrawn, unless one was told that its outcome will be reported.
#[derive(Debug)]
pub(crate) struct Refuse {
    pub(crate) id: i64,
    pub(crate) why: String,
}

impl WriteStep for Refuse {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let mut rows = tx.load(&[self.id]).await?;
        let Some(row) = rows.first_mut() else { return Ok(false) };
        let before = Before::of(&row.delivery);
        if row.tells || row.delivery.cancel(&self.why).is_err() {
            return Ok(false);
        }
        let mut effects = Effects::default();
        effects.note(before, row);
        order::save(tx, &rows).await?;
        super::apply(tx, effects).await?;
        Ok(true)
    }
}

/// What a person would do to a page of deliveries: those that fit the filter, as many as its limit says.
#[derive(Debug)]
pub(crate) struct PreviewPage {
    pub(crate) filter: Filter,
    pub(crate) act: Act,
}

/// What an act comes to, or would.
#[derive(Debug, Default)]
pub(crate) struct ActedOn {
    /// Those that it changes.
    pub(crate) changed: u64,
    /// Those that stay as they are, by the reason.
    pub(crate) refused: Vec<(Refusal, u64)>,
    /// Where the next page begins, if there may be one.
    pub(crate) next: Option<DeliveryId>,
}

/// What a preview tells besides.
#[derive(Debug, Default)]
pub(crate) struct Previewed {
    pub(crate) acted: ActedOn,
    /// The newest of those that would change.
    pub(crate) examples: Vec<Stored>,
    /// How many recipients of those that would be sent again count against the month.
    pub(crate) quota: u64,
    /// How many of those that would be sent again may arrive twice.
    pub(crate) may_duplicate: u64,
}

/// How many examples a preview has.
pub(crate) const EXAMPLES: usize = 10;

impl ReadStep for PreviewPage {
    type Out = Previewed;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Previewed> {
        let now = tx.now().await?;
        let found = found(tx, &self.filter).await?;
        let mut previewed = Previewed::default();
        previewed.acted.next = next(&found, self.filter.limit);
        for stored in found.deliveries {
            let mut after = stored.row.delivery.clone();
            if let Err(why) = self.act.on(&mut after, now) {
                previewed.acted.refuse(why);
                continue;
            }
            previewed.acted.changed += 1;
            if matches!(self.act, Act::Retry { .. }) {
                let before = &stored.row.delivery;
                if Lane::of(before.kind).counts_recipients() {
                    previewed.quota += u64::from(before.recipients);
                }
                let may_duplicate =
                    before.state == State::Unknown && before.retry_key != after.retry_key;
                previewed.may_duplicate += u64::from(may_duplicate);
            }
            if previewed.examples.len() < EXAMPLES {
                previewed.examples.push(stored);
            }
        }
        Ok(previewed)
    }
}

/// What a person does to such a page.
#[derive(Debug)]
pub(crate) struct ActOnPage {
    pub(crate) filter: Filter,
    pub(crate) act: Act,
}

impl WriteStep for ActOnPage {
    type Out = ActedOn;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<ActedOn> {
        let now = tx.now().await?;
        let found = found(tx, &self.filter).await?;
        let mut acted = ActedOn { next: next(&found, self.filter.limit), ..ActedOn::default() };
        let ids: Vec<i64> = found.deliveries.iter().map(|it| it.row.id).collect();
        let mut rows = tx.load(&ids).await?;
        let mut effects = Effects::default();
        rows.retain_mut(|row| {
            // Somebody else may have changed it before it was locked.
            if !still_fits(&self.filter, row) {
                return false;
            }
            let before = Before::of(&row.delivery);
            match self.act.on(&mut row.delivery, now) {
                Ok(()) => {
                    acted.changed += 1;
                    effects.note(before, row);
                    true
                }
                Err(why) => {
                    acted.refuse(why);
                    false
                }
            }
        });
        order::save(tx, &rows).await?;
        super::apply(tx, effects).await?;
        Ok(acted)
    }
}

async fn found<T: Reads>(tx: &mut T, filter: &Filter) -> Result<Found> {
    if filter.fits_nothing() { Ok(Found::all(Vec::new())) } else { tx.list(filter).await }
}

fn next(found: &Found, limit: u32) -> Option<DeliveryId> {
    let last = found.deliveries.last().filter(|_| found.deliveries.len() >= limit as usize);
    last.map(|it| it.row.id).or(found.next).map(DeliveryId)
}

impl ActedOn {
    fn refuse(&mut self, why: Refusal) {
        self.count(why, 1);
    }

    /// Counts so many more that stay for this reason.
    fn count(&mut self, why: Refusal, deliveries: u64) {
        match self.refused.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += deliveries,
            None => self.refused.push((why, deliveries)),
        }
    }

    /// Adds what a page came to.
    pub(crate) fn add(&mut self, page: &Self) {
        self.changed += page.changed;
        for (why, deliveries) in &page.refused {
            self.count(*why, *deliveries);
        }
    }
}
