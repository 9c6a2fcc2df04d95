use std::time::Duration;

use hikyaku_model::SendKind;

use crate::{
    Lane, Time,
    store::{LaneDue, Result, Tx},
    waiting::{Waiting, WaitingFor},
};

/// How long a lane without quota waits before it looks again; the worker asks LINE in the meantime.
const LOOK: Duration = Duration::from_secs(60);

/// How many more recipients a channel's month has room for.
#[derive(Default)]
pub(super) struct Room {
    /// No number where nothing limits it.
    left: Option<i64>,
    in_flight: i64,
    /// When a lane that has too little of it looks again.
    pub(super) look_again: Time,
}

impl Room {
    /// Looks how much there is, and keeps others from taking any until the transaction ends.
    pub(super) async fn find<T: Tx>(tx: &mut T, channel: &str, now: Time) -> Result<Self> {
        let quota = tx.lock_quota(channel).await?.unwrap_or_default();
        Ok(Self { left: quota.room(), in_flight: quota.reserved, look_again: now + LOOK })
    }

    /// What a lane waits for when there is none.
    pub(super) fn wait(&self, lane: &LaneDue) -> Option<Waiting> {
        (lane.lane.uses_quota() && self.left == Some(0)).then(|| self.too_small(lane))
    }

    /// What a lane waits for when there is too little.
    pub(super) fn too_small(&self, lane: &LaneDue) -> Waiting {
        lane.waits_for(WaitingFor::Quota, self.look_again)
    }

    /// Takes room for one delivery; whether there was enough.
    pub(super) fn take(&mut self, kind: SendKind, recipients: u32) -> bool {
        match &mut self.left {
            Some(left) if Lane::of(kind).counts_recipients() => {
                let enough = i64::from(recipients) <= *left;
                if enough {
                    *left -= i64::from(recipients);
                }
                enough
            }
            _ => true,
        }
    }

    /// Whether sends that are on their way may come back and make more.
    pub(super) fn may_grow(&self) -> bool {
        self.in_flight > 0
    }
}
