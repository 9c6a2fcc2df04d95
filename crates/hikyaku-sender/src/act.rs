use crate::{
    Time,
    delivery::{Delivery, Refusal},
};

/// An operator's command for deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Withdraws deliveries that surely were not sent, like [`Outbox::cancel`](crate::Outbox::cancel).
    Cancel,
    /// Retries dead letters, like [`Outbox::retry`](crate::Outbox::retry) and
    /// [`Outbox::retry_may_duplicate`](crate::Outbox::retry_may_duplicate).
    Retry {
        /// Whether deliveries that may arrive twice are retried as well.
        may_duplicate: bool,
    },
    /// Discards dead letters, like [`Outbox::drop_dead_letter`](crate::Outbox::drop_dead_letter).
    Drop,
}

impl Act {
    pub(crate) fn on(self, delivery: &mut Delivery, now: Time) -> Result<(), Refusal> {
        match self {
            Self::Cancel => delivery.cancel("cancelled by a person"),
            Self::Retry { may_duplicate } => delivery.retry(may_duplicate, now),
            Self::Drop => delivery.drop_dead_letter(),
        }
    }
}
