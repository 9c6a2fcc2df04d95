use serde::{Serialize, Serializer};

use crate::{Lane, Time, pace::HoldReason};

/// A lane that is blocked although it has due deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// The channel of the lane.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// The reason.
    pub reason: WaitingFor,
    /// The end of the wait, as far as it is known; for a [`Worker`](WaitingFor::Worker), its beginning. `None` if it is
    /// an operator's hold that lasts until it is released.
    pub until: Option<Time>,
}

/// The reason why a lane waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitingFor {
    /// The next permit of its rate limit.
    Rate,
    /// Room in the monthly quota.
    Quota,
    /// The end of a hold caused by LINE's responses.
    Hold(HoldReason),
    /// The end of a hold placed by an operator; [`Outbox::holds`](crate::Outbox::holds) gives the reason.
    Release,
    /// The next day or month of its fairness key's [`Budget`](crate::Budget), or a larger budget.
    Budget,
    /// Another delivery with its order key.
    Order,
    /// The campaign to which it belongs, which is paused.
    Campaign,
    /// A worker with its channel: this process's worker has no channel of that name.
    Worker,
}

/// As [`name`](WaitingFor::name).
impl Serialize for WaitingFor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl WaitingFor {
    /// Returns the name that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Quota => "quota",
            Self::Hold(reason) => reason.name(),
            Self::Release => "hold",
            Self::Budget => "budget",
            Self::Order => "order",
            Self::Campaign => "campaign",
            Self::Worker => "worker",
        }
    }
}
