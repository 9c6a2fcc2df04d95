//! Narrowcasts: from filtering to the last recipient, on the simulator's clock.

mod reserve;
mod run;
mod target;

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use hikyaku_model::audience::{Filter, Limit, Recipient};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub(crate) use run::Runner;
pub(crate) use target::{InvalidRecipient, Sources};

use crate::clock::later;

use super::{aging::Aging, outbox::Sent, person::UserKey};

/// How long the progress of a narrowcast can be asked for, and people be found through it again.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status>
const LIFE: SignedDuration = SignedDuration::from_secs(14 * 24 * 60 * 60);

/// How many narrowcasts a channel remembers. Our choice, to bound memory.
const MOST: usize = 10_000;

/// What a narrowcast is to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) sent: Arc<Sent>,
    pub(crate) recipient: Option<Recipient>,
    pub(crate) filter: Option<Filter>,
    pub(crate) limit: Limit,
}

/// A narrowcast that was accepted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowcast {
    plan: Plan,
    pub(crate) accepted_at: Timestamp,
    pub(crate) phase: Phase,
}

/// How far a narrowcast has come.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Recipients are being picked.
    Waiting {
        until: Timestamp,
    },
    Sending(Sending),
    Succeeded {
        at: Timestamp,
        failures: usize,
        reached: Vec<UserKey>,
    },
    Failed {
        at: Timestamp,
        reason: Failure,
    },
}

/// A narrowcast on its way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    from: Timestamp,
    until: Timestamp,
    pub(crate) targets: Vec<UserKey>,
    /// How many of the targets were served, or could not be.
    done: usize,
    /// Who received it.
    pub(crate) reached: Vec<UserKey>,
    /// What is still kept back of the quota.
    reserved: u64,
}

impl Sending {
    /// How many targets turned out not to be reachable.
    pub(crate) fn failures(&self) -> usize {
        self.done.saturating_sub(self.reached.len())
    }
}

/// Why a narrowcast failed. The numbers are LINE's; it does not document the texts, these are ours.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// LINE documents no number for this. Our choice: that of an internal error.
    NoQuota,
    TooFewRecipients,
    SmallAudience,
    Partial,
}

impl Failure {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::NoQuota => 1,
            Self::TooFewRecipients => 2,
            Self::SmallAudience => 4,
            Self::Partial => 5,
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::NoQuota => "the target reach is larger than the remaining quota",
            Self::TooFewRecipients => "fewer than 50 recipients",
            Self::SmallAudience => "an audience with fewer than 50 users was included",
            Self::Partial => "cancelled by forbidPartialDelivery",
        }
    }
}

/// All narrowcasts of a channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowcasts {
    /// In the order they were accepted in.
    running: Vec<Narrowcast>,
    /// Those that succeeded or failed, as old as their acceptance.
    finished: Aging<Uuid, Narrowcast>,
}

impl Default for Narrowcasts {
    fn default() -> Self {
        Self { running: Vec::new(), finished: Aging::new(LIFE, MOST) }
    }
}

impl Narrowcasts {
    /// Accepts a narrowcast, which picks its recipients for so long.
    pub(crate) fn accept(&mut self, plan: Plan, waiting: SignedDuration, now: Timestamp) {
        let phase = Phase::Waiting { until: later(now, waiting) };
        self.running.push(Narrowcast { plan, accepted_at: now, phase });
    }

    pub(crate) fn get(&self, id: Uuid, now: Timestamp) -> Option<&Narrowcast> {
        let running = self.running.iter().find(|job| job.plan.sent.request_id == id);
        running.or_else(|| self.finished.get(&id, now).map(|(_, narrowcast)| narrowcast))
    }

    /// Whom a narrowcast that has succeeded reached, in the order of their ids.
    fn reached(&self, request_id: &str, now: Timestamp) -> Option<&[UserKey]> {
        match &self.finished.get(&request_id.parse().ok()?, now)?.1.phase {
            Phase::Succeeded { reached, .. } => Some(reached),
            _ => None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }
}
