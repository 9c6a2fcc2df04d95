use crate::{Lane, State, Time, pace::HoldReason, store::step::Look};

/// A lane that has due work and stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose lane it is.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// What it waits for.
    pub reason: WaitingFor,
    /// Until when, as far as is known.
    pub until: Time,
}

/// What a lane waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// The next permit of its rate limit.
    Rate,
    /// Room in the month's quota.
    Quota,
    /// The end of a hold that LINE's answers caused.
    Hold(HoldReason),
}

impl WaitingFor {
    /// The word that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Quota => "quota",
            Self::Hold(reason) => reason.name(),
        }
    }
}

/// A store at a glance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Overview {
    /// The time on the store's clock.
    pub now: Time,
    /// How many deliveries are in each state that has any.
    pub deliveries: Vec<(State, u64)>,
    /// The lanes that were used.
    pub lanes: Vec<LaneOverview>,
}

impl Overview {
    /// How many deliveries are in this state.
    pub fn count(&self, state: State) -> u64 {
        self.deliveries.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count)
    }
}

/// A lane at a glance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LaneOverview {
    /// Whose lane it is.
    pub channel: String,
    /// The lane.
    pub lane: Lane,
    /// The share of its rate that is left after LINE said that it was too fast: 0 to 1.
    pub speed: f64,
    /// Why it stands still and until when, if it does.
    pub hold: Option<(HoldReason, Time)>,
}

impl From<Look> for Overview {
    fn from(look: Look) -> Self {
        let Look { now, states, buckets } = look;
        let lanes = buckets
            .into_iter()
            .map(|(channel, lane, bucket)| LaneOverview {
                channel,
                lane,
                speed: bucket.slow,
                hold: bucket.held(now).map(|(until, reason)| (reason, until)),
            })
            .collect();
        Self { now, deliveries: states, lanes }
    }
}
