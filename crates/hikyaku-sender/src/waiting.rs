use serde::{Serialize, Serializer};

use crate::{Lane, Time, pace::HoldReason};

/// A lane that has due work and stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// Whose lane it is.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// What it waits for.
    pub reason: WaitingFor,
    /// Until when, as far as is known; where it waits for a [`Worker`](WaitingFor::Worker), since when. `None` where a
    /// person's hold ends only when it is released.
    pub until: Option<Time>,
}

/// What a lane waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitingFor {
    /// The next permit of its rate limit.
    Rate,
    /// Room in the month's quota.
    Quota,
    /// The end of a hold that LINE's answers caused.
    Hold(HoldReason),
    /// The end of a hold that a person has placed; [`Outbox::holds`](crate::Outbox::holds) tells why.
    Release,
    /// The next day or month of its fairness key's [`Budget`](crate::Budget), or a larger one.
    Budget,
    /// Another delivery of its order key.
    Order,
    /// A worker that has its channel: this program's worker has none of that name.
    Worker,
}

/// As [`name`](WaitingFor::name).
impl Serialize for WaitingFor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl WaitingFor {
    /// The word that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Quota => "quota",
            Self::Hold(reason) => reason.name(),
            Self::Release => "hold",
            Self::Budget => "budget",
            Self::Order => "order",
            Self::Worker => "worker",
        }
    }
}
