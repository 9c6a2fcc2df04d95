//! What anyone may see.

use std::collections::BTreeSet;

use super::{LOOK, OUTCOMES, Outbox};
use crate::{
    Attempt, CampaignId, DeliveryId, Error, Filter, Lane, LineAnswer, Listed, Outcome, Overview,
    State, WaitingFor, metrics,
    store::CampaignState,
    store::step::{
        Audit, Find, GetCampaign, GetMove, GetOverview, LookAtLanes, Outcomes, Show, Story,
    },
};

impl Outbox {
    /// Returns a delivery; `None` if it does not exist or was pruned.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn show(&self, id: DeliveryId) -> Result<Option<Listed>, Error> {
        let shown = self.0.store.read(Show(id.0)).await?.map(Listed::from);
        Ok(self.with_waits(shown.into_iter().collect()).await?.pop())
    }

    /// Returns LINE's unchanged response to a delivery: to the request that it accepted or, if it accepted none, to the
    /// newest one. `None` if LINE did not answer.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn answer(&self, id: DeliveryId) -> Result<Option<LineAnswer>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.and_then(|(it, attempts)| LineAnswer::find(&it.row.delivery, &attempts)))
    }

    /// Returns the requests for a delivery, the first and the newest 20; empty if the delivery does not exist.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, Error> {
        let story = self.0.store.read(Story(id.0)).await?;
        Ok(story.map(|(_, attempts)| attempts).unwrap_or_default())
    }

    /// Returns the outcomes of deliveries, channels and campaigns after the [`Outcome`] with this id; 0 for all that
    /// are stored. At most 100 in order; empty if there are none yet. A caller that stores the id of the last outcome
    /// it has processed misses none of the last seven days, even if processes are killed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn outcomes(&self, after: i64) -> Result<Vec<Outcome>, Error> {
        self.0.store.read(Outcomes { after, limit: OUTCOMES }).await
    }

    /// Returns outcomes like [`outcomes`](Self::outcomes), and waits until there is one. Outcomes from this process's
    /// workers are noticed at once, those from others within a second.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn next_outcomes(&self, after: i64) -> Result<Vec<Outcome>, Error> {
        let mut news = self.0.store.news().listen();
        loop {
            let outcomes = self.outcomes(after).await?;
            if !outcomes.is_empty() {
                return Ok(outcomes);
            }
            // A sender is a part of the store, and lives as long as this outbox.
            let _ = tokio::time::timeout(LOOK, news.changed()).await;
        }
    }

    /// Returns the delivery of a channel with this idempotency key; `None` if it does not exist or was pruned.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn find(
        &self,
        channel: impl Into<String>,
        idempotency_key: impl Into<String>,
    ) -> Result<Option<Listed>, Error> {
        let find = Find { channel: channel.into(), key: idempotency_key.into() };
        let found = self.0.store.read(find).await?.map(Listed::from);
        Ok(self.with_waits(found.into_iter().collect()).await?.pop())
    }

    /// Returns the deliveries that match a filter, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(&self, filter: Filter) -> Result<Vec<Listed>, Error> {
        let listed = self.0.store.list(filter).await?.into_iter().map(Listed::from).collect();
        self.with_waits(listed).await
    }

    /// Says what those that are due wait for.
    pub(super) async fn with_waits(&self, mut listed: Vec<Listed>) -> Result<Vec<Listed>, Error> {
        let waits = |it: &&mut Listed| it.state == State::Ready && it.waiting_for.is_none();
        let channels = listed.iter_mut().filter(waits).map(|it| it.channel.clone());
        let channels: BTreeSet<String> = channels.collect();
        if channels.is_empty() {
            return Ok(listed);
        }
        let lanes = self.0.store.read(LookAtLanes(channels.into_iter().collect())).await?;
        let campaigns = listed.iter_mut().filter(waits).filter_map(|it| it.campaign);
        let mut paused = BTreeSet::new();
        for id in campaigns.map(|CampaignId(id)| id).collect::<BTreeSet<_>>() {
            let campaign = self.0.store.read(GetCampaign(id)).await?;
            if campaign.is_some_and(|it| it.spec.state == CampaignState::Paused) {
                paused.insert(id);
            }
        }
        for it in listed.iter_mut().filter(waits).filter(|it| it.due <= lanes.now) {
            let key = it.fairness_key.as_deref().unwrap_or_default();
            let wait = lanes.waiting_for(&it.channel, Lane::of(it.kind), Some(key));
            it.waiting_for = wait.map(|(reason, _)| reason);
            if it.campaign.is_some_and(|CampaignId(id)| paused.contains(&id)) {
                it.waiting_for = Some(WaitingFor::Campaign);
            }
        }
        Ok(listed)
    }

    /// Returns an overview of the whole outbox. It counts all rows, so do not call it many times a second.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let snapshot =
            self.0.store.read(GetOverview { channels: self.0.metrics.channels() }).await?;
        Ok(Overview::new(snapshot, |channel| self.0.metrics.limits(channel)))
    }

    /// Returns metrics of the store and of this process's workers, in Prometheus's text format. They contain channel
    /// names but no recipients.
    ///
    /// Gauges are about the whole store, so they are the same from each process; counters are about this process. The
    /// call counts the rows of the store, like [`overview`](Self::overview).
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn metrics(&self) -> Result<String, Error> {
        Ok(metrics::text(&self.overview().await?, &self.0.metrics))
    }

    /// Returns the URL of the store, without its password, to which this one [was moved](Self::move_to) or is being moved;
    /// `None` if it is in use itself. What this one holds is then how it was before.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn moved_to(&self) -> Result<Option<String>, Error> {
        Ok(self.0.store.read(GetMove).await?.map(|moved| moved.to))
    }

    /// Returns contradictions between the store's rows and its stored counts, while no worker is running: none, unless
    /// this crate has a bug. For tests.
    #[doc(hidden)]
    pub async fn contradictions(&self) -> Result<Vec<String>, Error> {
        self.0.store.read(Audit).await
    }
}
