use std::fmt;

use crate::UnknownName;

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It waits to be sent; if its campaign is paused, it waits with it.
    Ready = 0,
    /// A worker has claimed it.
    InFlight = 1,
    // 2 is that of a paused campaign's deliveries in stores of schema 1.
    /// LINE has accepted the narrowcast and is still sending it.
    Tracking = 3,
    /// LINE has accepted it, once.
    Accepted = 4,
    /// LINE itself has refused it; nobody received it. A dead letter.
    Rejected = 5,
    /// It may have been delivered, and LINE can no longer tell. A dead letter.
    Unknown = 6,
    /// It was withdrawn or expired before anything was sent.
    Cancelled = 7,
    /// A rejected chunk that was split in two; its halves represent it.
    Split = 8,
    /// A dead letter that an operator or a policy has discarded.
    Dropped = 9,
}

impl State {
    /// All states, in the order of their codes.
    pub const ALL: &'static [Self] = &[
        Self::Ready,
        Self::InFlight,
        Self::Tracking,
        Self::Accepted,
        Self::Rejected,
        Self::Unknown,
        Self::Cancelled,
        Self::Split,
        Self::Dropped,
    ];

    /// Returns the name that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::InFlight => "in_flight",
            Self::Tracking => "tracking",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
            Self::Split => "split",
            Self::Dropped => "dropped",
        }
    }

    /// Returns whether nothing more will happen to it unless an operator acts.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Ready | Self::InFlight | Self::Tracking)
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for State {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.iter().copied().find(|state| state.name() == name).ok_or(UnknownName)
    }
}

/// The policy for a delivery whose outcome can no longer be determined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownPolicy {
    /// It stays a dead letter until an operator decides.
    #[default]
    Hold,
    /// It is discarded at once: at most once rather than twice.
    Drop,
    /// It is sent again with a new retry key: at least once rather than never. Replies and sends by phone number, which
    /// have no retry key, are held instead.
    SendAgain,
}

impl UnknownPolicy {
    const ALL: [Self; 3] = [Self::Hold, Self::Drop, Self::SendAgain];

    /// Returns the name that a line of a batch and the store use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Drop => "drop",
            Self::SendAgain => "send-again",
        }
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.code() == code)
    }
}

impl std::str::FromStr for UnknownPolicy {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|policy| policy.name() == name).ok_or(UnknownName)
    }
}

/// What a delivery's recipients count as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// On their way.
    Open,
    /// Accepted by LINE.
    Accepted,
    /// Refused by LINE.
    Rejected,
    /// Perhaps delivered.
    Unknown,
    /// Withdrawn in time.
    Cancelled,
    /// Counted by the two halves instead.
    Halves,
}

impl Count {
    /// What a row counts as after a change from `before` to `after`; nothing where it stays what it was.
    pub(crate) const fn after(before: State, after: State) -> Option<Self> {
        match (before, after) {
            (State::Rejected | State::Unknown, State::Dropped) => None,
            _ => Some(Self::of(after)),
        }
    }

    pub(crate) const fn of(state: State) -> Self {
        match state {
            State::Ready | State::InFlight => Self::Open,
            State::Tracking | State::Accepted => Self::Accepted,
            State::Rejected => Self::Rejected,
            State::Unknown | State::Dropped => Self::Unknown,
            State::Cancelled => Self::Cancelled,
            State::Split => Self::Halves,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_read_back() {
        for &state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        for policy in UnknownPolicy::ALL {
            assert_eq!(UnknownPolicy::from_code(policy.code()), Some(policy));
        }
    }
}
