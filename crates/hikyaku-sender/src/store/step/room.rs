use std::{result, time::Duration};

use hikyaku_model::SendKind;

use crate::{
    Lane, Time,
    outlook::{Waiting, WaitingFor},
    store::{LaneDue, Result, Tx},
};

/// How long a lane without quota waits before it looks again; the worker asks LINE in the meantime.
const LOOK: Duration = Duration::from_mins(1);

/// How many more recipients a lane's month has room for.
pub(super) struct Room {
    /// No number where nothing limits it.
    left: Option<i64>,
    in_flight: i64,
    now: Time,
}

impl Room {
    /// Looks how much there is, or tells until when the lane waits for any.
    pub(super) async fn find<T: Tx>(
        tx: &mut T,
        lane: &LaneDue,
        now: Time,
    ) -> Result<result::Result<Self, Waiting>> {
        let quota = if lane.lane.uses_quota() { tx.quota(&lane.channel).await? } else { None };
        let Some(quota) = quota else { return Ok(Ok(Self { left: None, in_flight: 0, now })) };
        let left = quota.room();
        if left == Some(0) {
            let until = quota.checked_at.max(now) + LOOK;
            return Ok(Err(lane.waits_for(WaitingFor::Quota, until)));
        }
        Ok(Ok(Self { left, in_flight: quota.reserved, now }))
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

    /// When to look again.
    pub(super) fn look_again(&self) -> Time {
        self.now + LOOK
    }
}
