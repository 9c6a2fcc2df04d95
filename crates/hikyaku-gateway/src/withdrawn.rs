//! Why the gateway withdraws what callers wait for. The reason is kept with the delivery, so that each of them hears the same.

use hikyaku_sender::{HoldReason, Listed, State, WaitingFor};

/// What a delivery waits for that takes longer than any caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withdrawn {
    /// LINE refuses the channel's token.
    Unauthorized,
    /// The channel's month is used up.
    MonthUsedUp,
}

impl Withdrawn {
    const ALL: [Self; 2] = [Self::Unauthorized, Self::MonthUsedUp];

    /// Why one that waits may be withdrawn.
    pub(crate) fn waits(listed: &Listed) -> Option<Self> {
        match (listed.state, listed.waiting_for?) {
            (State::Ready, WaitingFor::Hold(HoldReason::Unauthorized)) => Some(Self::Unauthorized),
            (State::Ready, WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota)) => {
                Some(Self::MonthUsedUp)
            }
            _ => None,
        }
    }

    /// Why one was withdrawn, if the gateway did it.
    pub(crate) fn of(listed: &Listed) -> Option<Self> {
        let why = listed.last_error.as_deref().filter(|_| listed.state == State::Cancelled)?;
        Self::ALL.into_iter().find(|it| it.words() == why)
    }

    /// What is kept with the delivery.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Unauthorized => "withdrawn, because LINE refuses the channel access token",
            Self::MonthUsedUp => "withdrawn, because the month is used up",
        }
    }
}
