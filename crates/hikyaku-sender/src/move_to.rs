use std::collections::HashMap;

use crate::{
    CampaignId, Error, Outbox,
    store::{
        Move,
        step::{
            BeginMove, EndMove, ExportHolds, ExportLanes, ExportOutcomes, ExportPlaces, Import,
            ImportBudgets, ImportCampaign, ImportHolds, ImportLanes, ImportOutcomes, ImportPlaces,
            ListBudgets, ListCampaigns, MustBeEmpty, Page, Remember, Remembered, fresh,
        },
    },
};

/// How many rows share a commit.
const PAGE: u32 = 1000;

/// The result of a move.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Moved {
    /// The number of deliveries.
    pub deliveries: u64,
    /// The campaigns, each with its old and its new id.
    pub campaigns: Vec<(CampaignId, CampaignId)>,
}

impl Outbox {
    /// Moves everything into another, empty outbox: deliveries with their retry keys and doubts, campaigns with the
    /// positions in their lists, rates, quotas and holds. Deliveries get new ids. `told` receives the number moved so
    /// far.
    ///
    /// Once it has begun, this outbox accepts and sends nothing more. If it is interrupted, run it again, into an empty
    /// outbox.
    ///
    /// # Errors
    /// A worker has this outbox open or deliveries are in flight, the other outbox is not empty, or one of the stores
    /// failed.
    pub async fn move_to(
        &self,
        target: &Outbox,
        told: impl FnMut(u64) + Send,
    ) -> Result<Moved, Error> {
        self.move_along(target, told, async { Ok::<_, Error>(()) }).await
    }

    /// Moves everything like [`move_to`](Self::move_to), and runs `along` before the move ends, when nothing changes in
    /// this outbox any more. In it a program can move its own tables: it [reads](Self::look) them here and
    /// [writes](Self::transact) them there. If `along` fails, the move is interrupted.
    ///
    /// # Errors
    /// Those of [`move_to`](Self::move_to), and those of `along`.
    pub async fn move_along<E: From<Error>>(
        &self,
        target: &Outbox,
        mut told: impl FnMut(u64) + Send,
        along: impl Future<Output = Result<(), E>> + Send,
    ) -> Result<Moved, E> {
        let (from, to) = (self.shared(), target.shared());
        to.store.read(MustBeEmpty).await?;
        let lock = from.store.lock_worker().await?;
        let place = Move { to: to.place.clone(), done: false };
        let begin = BeginMove { to: place.clone(), alone: lock.is_some() };
        from.store.run(begin).await?;
        // Before any delivery, in case that a worker has the target already.
        to.store.run(ImportHolds(from.store.read(ExportHolds).await?)).await?;
        to.store.run(ImportBudgets(from.store.read(ListBudgets).await?)).await?;
        // Also before: what a worker adds there comes after them.
        self.move_outcomes(target).await?;
        let mut moved = Moved::default();
        let mut new_ids = HashMap::new();
        let mut campaigns = from.store.read(ListCampaigns(u32::MAX)).await?;
        campaigns.reverse();
        for campaign in campaigns {
            let old = campaign.id;
            let new = to.store.run(ImportCampaign(campaign)).await?;
            self.move_memory(target, old, new.0).await?;
            new_ids.insert(old, new.0);
            moved.campaigns.push((CampaignId(old), new));
        }
        let mut after = 0;
        loop {
            let (page, attempts) = from.store.read(Page { after, limit: PAGE }).await?;
            let Some(last) = page.last() else { break };
            after = last.row.id;
            moved.deliveries += page.len() as u64;
            let renumbered = |it: crate::store::Stored| {
                let campaign = it.row.campaign.and_then(|old| new_ids.get(&old).copied());
                fresh(it, campaign)
            };
            let places: HashMap<i64, usize> =
                page.iter().enumerate().map(|(place, it)| (it.row.id, place)).collect();
            let attempts = attempts.into_iter();
            let attempts = attempts.filter_map(|(id, it)| Some((*places.get(&id)?, it))).collect();
            let rows = page.into_iter().map(renumbered).collect();
            to.store.run(Import { rows, attempts }).await?;
            told(moved.deliveries);
        }
        let lanes = from.store.read(ExportLanes).await?;
        to.store.run(ImportLanes(lanes)).await?;
        along.await?;
        from.store.run(EndMove(Move { done: true, ..place })).await?;
        to.store.news().tell();
        drop(lock);
        Ok(moved)
    }

    async fn move_outcomes(&self, target: &Outbox) -> Result<(), Error> {
        let (from, to) = (self.shared(), target.shared());
        let mut after = 0;
        loop {
            let (outcomes, mark) = from.store.read(ExportOutcomes { after, limit: PAGE }).await?;
            let last = outcomes.last().map(|it| it.id);
            to.store.run(ImportOutcomes { outcomes, mark }).await?;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        to.store.run(ImportPlaces(from.store.read(ExportPlaces).await?)).await
    }

    async fn move_memory(&self, target: &Outbox, old: i64, new: i64) -> Result<(), Error> {
        let (from, to) = (self.shared(), target.shared());
        let mut after: Option<String> = None;
        loop {
            let page = Remembered { campaign: old, after: after.clone(), limit: PAGE };
            let ids = from.store.read(page).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = Some(last.clone());
            to.store.run(Remember { campaign: new, ids }).await?;
        }
    }
}
