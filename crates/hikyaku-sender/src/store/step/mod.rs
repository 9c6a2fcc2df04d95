//! The steps, each written once for all stores.

mod aside;
mod at_once;
mod audit;
mod budget;
mod campaign;
mod claim;
mod copy;
mod enqueue;
mod history;
mod hold;
mod look;
mod order;
mod outcome_cursor;
mod pace;
mod permits;
mod person;
mod quarantine;
mod room;
mod set_back;
mod settle;
mod stops;
mod sweep;
mod take;
mod turns;

pub(crate) use audit::Audit;
pub(crate) use budget::{ClearBudget, ImportBudgets, ListBudgets, SetBudget};
pub(crate) use campaign::{
    Append, Chunk, SetCampaignState, StartCampaign, Started, TakeBack, Withdraw,
};
pub(crate) use claim::{Claim, Grant};
pub(crate) use copy::{
    BeginMove, EndMove, ExportHolds, ExportLanes, ExportOutcomes, Import, ImportCampaign,
    ImportHolds, ImportLanes, ImportOutcomes, MustBeEmpty, Page, Remember, Remembered, fresh,
};
pub(crate) use enqueue::{Enqueue, Enqueued, Verdict};
pub(crate) use hold::{EndHold, ListHolds, PlaceHold};
pub(crate) use look::{
    DueElsewhere, Find, GetCampaign, GetMove, GetOverview, LanesNow, List, ListCampaigns,
    LookAtLane, LookAtLanes, Outcomes, Show, Snapshot, Story,
};
pub(crate) use outcome_cursor::{
    Behind, ExportPlaces, ForgetPlace, HELD, HoldPlace, ImportPlaces, LeavePlace, ListPlaces,
    ReadOn,
};
pub(crate) use pace::{Hold, Release, SetQuota};
pub(crate) use person::{
    ActOnOne, ActOnPage, ActedOn, EXAMPLES, PreviewPage, Refuse, ReportOutcome, Told,
};
pub(crate) use quarantine::Quarantine;
pub(crate) use settle::{Attempt, Settle, Settled};
#[cfg(feature = "postgres")]
pub(crate) use sweep::take_back;
pub(crate) use sweep::{Cancelled, EndLeases, Sweep, Swept};

use serde_json::Value;

use super::{Quota, Result, Tx, row::Effects};
use crate::outcome::{NewOutcome, OutcomeKind};

/// Writes the counts around rows that changed: always the channels first, then the budgets and then the campaigns, in their order, so
/// that no two transactions wait for each other.
pub(crate) async fn apply<T: Tx>(tx: &mut T, mut effects: Effects) -> Result<()> {
    for (channel, (reserved, used)) in effects.quotas {
        if (reserved, used) != (0, 0)
            && let Some(quota) = tx.lock_quota(&channel).await?
        {
            let reserved = (quota.reserved + reserved).max(0);
            let used = quota.used + used;
            tx.save_quota(&channel, &Quota { used, reserved, ..quota }).await?;
        }
    }
    budget::free(tx, effects.freed).await?;
    for (campaign, counts) in effects.campaigns {
        if !counts.is_zero() && tx.add_counts(campaign, counts).await? && counts.finished() > 0 {
            effects.outcomes.extend(campaign_over(tx, campaign).await?);
        }
    }
    tell(tx, effects.outcomes).await
}

/// What is told of a campaign of which nothing is open any more.
async fn campaign_over<T: Tx>(
    tx: &mut T,
    id: i64,
) -> Result<Option<(OutcomeKind, Option<i64>, Value)>> {
    Ok(tx.campaign(id).await?.map(|campaign| campaign.outcome()))
}

/// Writes outcomes down. It is the last thing that a step does.
async fn tell<T: Tx>(tx: &mut T, outcomes: Vec<(OutcomeKind, Option<i64>, Value)>) -> Result<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let now = tx.now().await?;
    let outcomes: Vec<NewOutcome> = outcomes
        .into_iter()
        .map(|(kind, delivery, data)| NewOutcome::new(kind, now, delivery, &data))
        .collect();
    tx.tell(&outcomes).await
}
