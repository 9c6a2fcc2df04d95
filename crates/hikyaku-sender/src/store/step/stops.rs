use super::hold;
use crate::{
    Hold, Time,
    store::{LaneDue, Result, Tx},
};

/// What people, campaigns and budgets have stopped.
pub(super) struct Stops {
    campaigns: Vec<String>,
    holds: Vec<Hold>,
    used_up: Vec<String>,
}

impl Stops {
    pub(super) async fn find<T: Tx>(tx: &mut T, now: Time, any_budgets: bool) -> Result<Self> {
        let used_up = if any_budgets { tx.used_up_budgets(now).await? } else { Vec::new() };
        Ok(Self {
            campaigns: tx.stopped().await?,
            holds: hold::standing(tx, now).await?,
            used_up: used_up.into_iter().map(|it| it.fairness_key).collect(),
        })
    }

    /// Whether any fairness key stands still, in whatever lane.
    pub(super) fn any_key(&self) -> bool {
        let on_keys = self.holds.iter().any(|hold| hold.fairness_key.is_some());
        on_keys || !self.campaigns.is_empty() || !self.used_up.is_empty()
    }

    /// Whether all of a lane stands still.
    pub(super) fn stop(&self, lane: &LaneDue) -> bool {
        Hold::longest(&self.holds, &lane.channel, lane.lane, None).is_some()
    }

    /// The fairness keys that stand still in a lane.
    pub(super) fn keys_in(&self, lane: &LaneDue) -> Vec<String> {
        let mut stopped = self.campaigns.clone();
        stopped.extend(Hold::on_keys(&self.holds, &lane.channel, lane.lane).0);
        if lane.lane.counts_recipients() {
            stopped.extend_from_slice(&self.used_up);
        }
        stopped
    }
}
