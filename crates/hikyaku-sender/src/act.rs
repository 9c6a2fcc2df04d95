use crate::{
    Time,
    delivery::{Delivery, Refusal},
};

/// What a person does to deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Withdraws what surely was not sent, as [`Outbox::cancel`](crate::Outbox::cancel).
    Cancel,
    /// Gives dead letters another life, as [`Outbox::retry`](crate::Outbox::retry) and
    /// [`Outbox::retry_may_duplicate`](crate::Outbox::retry_may_duplicate).
    Retry {
        /// Whether those are sent again, too, that may arrive twice.
        may_duplicate: bool,
    },
    /// Puts dead letters away, as [`Outbox::drop_dead_letter`](crate::Outbox::drop_dead_letter).
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
