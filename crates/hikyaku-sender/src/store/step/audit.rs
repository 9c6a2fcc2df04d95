use std::collections::BTreeMap;

use super::budget;
use crate::{
    Budget, Lane, State, Time,
    delivery::{Count, Place},
    fairness,
    store::{CampaignCounts, CampaignRow, CampaignState, ReadStep, Reads, Result, Row, Stored},
};

/// How many rows are looked at in one go.
const PAGE: u32 = 1000;

/// Looks for what rows say otherwise than what is written down of them elsewhere, while no worker is at work.
#[derive(Debug)]
pub(crate) struct Audit;

impl ReadStep for Audit {
    /// Every contradiction, in words.
    type Out = Vec<String>;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<Vec<String>> {
        let campaigns = tx.campaigns(u32::MAX).await?;
        let now = tx.now().await?;
        let budgets = budget::now_of_all(tx, now).await?;
        let since = budgets.iter().map(|it| (it.fairness_key.clone(), it.since)).collect();
        let mut sums = Sums { since, ..Sums::default() };
        let states = campaigns.iter().map(|it| (it.id, it.spec.state)).collect();
        let mut after = 0;
        loop {
            let page = tx.after(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.row.id;
            for stored in &page {
                sums.add(stored, &states);
            }
        }
        for campaign in &campaigns {
            sums.compare(campaign);
        }
        for (channel, in_flight) in std::mem::take(&mut sums.in_flight) {
            let reserved = tx.quota(&channel).await?.map_or(in_flight, |quota| quota.reserved);
            if reserved != in_flight {
                sums.found.push(format!(
                    "channel {channel} has {reserved} reserved and {in_flight} in flight"
                ));
            }
        }
        for Budget { fairness_key, used, .. } in budgets {
            let Counted { surely, perhaps } =
                sums.counted.remove(&fairness_key).unwrap_or_default();
            if !(surely..=surely + perhaps).contains(&used) {
                sums.found.push(format!(
                    "the budget of {fairness_key:?} has {used} used; its rows {surely}, and {perhaps} that may count"
                ));
            }
        }
        for (key, (_, id, place)) in std::mem::take(&mut sums.first_of_keys) {
            if place == Place::Behind {
                sums.found
                    .push(format!("delivery {id} is the first of {key:?} and behind another"));
            }
        }
        Ok(sums.found)
    }
}

/// What the rows say.
#[derive(Default)]
struct Sums {
    campaigns: BTreeMap<i64, (i64, CampaignCounts)>,
    /// Recipients by channel, of those that count against its month.
    in_flight: BTreeMap<String, i64>,
    /// By channel and order key: the one whose turn is first of those that wait.
    first_of_keys: BTreeMap<(String, String), (Time, i64, Place)>,
    /// Since when budgets count, by their fairness keys.
    since: BTreeMap<String, Time>,
    /// What counts against them.
    counted: BTreeMap<String, Counted>,
    found: Vec<String>,
}

/// Recipients of a fairness key.
#[derive(Default)]
struct Counted {
    surely: u64,
    perhaps: u64,
}

impl Sums {
    /// What was counted a first time, and when, is known of those that are in doubt or were sent with their first attempt. Of
    /// others, it may have been before the budget began.
    fn count(&mut self, row: &Row) {
        let delivery = &row.delivery;
        let Some(since) = self.since.get(&row.fairness_key) else { return };
        let began = match delivery.state {
            _ if !Lane::of(delivery.kind).counts_recipients() => return,
            State::Ready => delivery.first_maybe_at,
            State::InFlight => delivery.first_maybe_at.or(delivery.claimed_at),
            State::Accepted | State::Tracking | State::Unknown | State::Dropped => {
                delivery.claimed_at
            }
            _ => return,
        };
        let is_first = match delivery.state {
            State::Ready | State::InFlight => true,
            State::Accepted | State::Unknown => delivery.attempts == 1,
            // One that was refused and put away does not count.
            _ => false,
        };
        let counted = self.counted.entry(row.fairness_key.clone()).or_default();
        match began {
            // At the very moment when the budget began, it may have come before it.
            Some(at) if at > *since && is_first => counted.surely += u64::from(delivery.recipients),
            Some(at) if at >= *since => counted.perhaps += u64::from(delivery.recipients),
            _ => {}
        }
    }

    fn add(&mut self, stored: &Stored, campaigns: &BTreeMap<i64, CampaignState>) {
        let row = &stored.row;
        let (state, recipients) = (row.delivery.state, i64::from(row.delivery.recipients));
        let reserved = self.in_flight.entry(row.channel.clone()).or_default();
        if state == State::InFlight {
            if Lane::of(row.delivery.kind).counts_recipients() {
                *reserved += recipients;
            }
            self.found.push(format!("delivery {} is in flight, and no worker is there", row.id));
        }
        if let Some(order) = row.delivery.order.as_ref().filter(|_| state == State::Ready)
            && let Some(turn) = order.turn
            && order.place != Place::Aside
        {
            let key = (row.channel.clone(), order.key.clone());
            let first = self.first_of_keys.entry(key).or_insert((turn, row.id, order.place));
            if (turn, row.id) < (first.0, first.1) {
                *first = (turn, row.id, order.place);
            }
        }
        self.count(row);
        let campaign = row.campaign.and_then(|id| Some((id, *campaigns.get(&id)?)));
        let key = &row.fairness_key;
        if row.campaign.map(fairness::of_campaign).is_some_and(|of_campaign| *key != of_campaign)
            || row.campaign.is_none() && fairness::is_of_a_campaign(key)
        {
            self.found.push(format!("delivery {} of {:?} has the key {key}", row.id, row.campaign));
        }
        if let Some((id, campaign)) = campaign {
            let (open, counts) = self.campaigns.entry(id).or_default();
            counts.add(Count::of(state), recipients);
            if Count::of(state) == Count::Open {
                *open += recipients;
            }
            let sure = !row.delivery.maybe_landed();
            if campaign == CampaignState::Cancelled && state == State::Ready && sure {
                self.found.push(format!("delivery {} waits in a cancelled campaign", row.id));
            }
        }
    }

    /// Finished rows are removed some day, open ones are not. A dropped one stays counted as the dead letter that it was.
    fn compare(&mut self, campaign: &CampaignRow) {
        let (open, rows) = self.campaigns.remove(&campaign.id).unwrap_or_default();
        let counts = &campaign.counts;
        let agree = counts.total - counts.finished() == open
            && counts.accepted >= rows.accepted
            && counts.rejected >= rows.rejected
            && counts.rejected + counts.unknown >= rows.rejected + rows.unknown
            && counts.cancelled >= rows.cancelled;
        if !agree {
            let id = campaign.id;
            self.found.push(format!("campaign {id} counts {counts:?}; its rows {open}, {rows:?}"));
        }
    }
}
