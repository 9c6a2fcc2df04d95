use serde::{Deserialize, Serialize};

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The mode of a simulator's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockMode {
    /// The machine's time.
    Wall,
    /// The machine's time with an offset.
    Offset(SignedDuration),
    /// A fixed time, until it is set or advanced.
    Fixed(Timestamp),
}

/// A simulator's own clock. Everything that ages in it (retry keys, reply tokens, buckets, months, narrowcasts) does so
/// by this clock.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Clock(ClockMode);

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        Self(mode)
    }

    pub(crate) fn mode(self) -> ClockMode {
        self.0
    }

    pub(crate) fn now(self) -> Timestamp {
        match self.0 {
            ClockMode::Wall => Timestamp::now(),
            ClockMode::Offset(difference) => later(Timestamp::now(), difference),
            ClockMode::Fixed(time) => time,
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.0 = match self.0 {
            ClockMode::Wall => ClockMode::Offset(by),
            ClockMode::Offset(difference) => ClockMode::Offset(difference.saturating_add(by)),
            ClockMode::Fixed(time) => ClockMode::Fixed(later(time, by)),
        };
    }
}

/// A time after another, at most the last one there is.
pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}
