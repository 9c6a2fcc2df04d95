use tokio::sync::broadcast;

use crate::{
    CampaignId, DeliveryId, HoldReason, Lane, State, Waiting, answer, store::step::Settled,
};

/// How many events a slow listener may be behind before it misses some.
const BEHIND: usize = 4096;

/// Something that happened to the deliveries of one [`Outbox`](crate::Outbox) in this program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A delivery is in the outbox.
    Enqueued(DeliveryId),
    /// A delivery has a new state.
    Settled {
        /// Which.
        delivery: DeliveryId,
        /// The campaign it is a part of.
        campaign: Option<CampaignId>,
        /// How many recipients it counts for.
        recipients: u32,
        /// The caller's own JSON, see [`NewDelivery::reference`](crate::NewDelivery::reference).
        reference: Option<serde_json::Value>,
        /// Where it stands now.
        state: State,
    },
    /// A lane with due work stands still. Told once for each reason, and again when it is over and has begun again; for a
    /// channel that the worker does not have, once.
    Waiting(Waiting),
    /// An answer has stopped a lane, or all of a channel's: LINE's own, or that of something that answers in its place. Told
    /// once for all that was on its way together.
    Held {
        /// Whose lane it is.
        channel: String,
        /// The lane of the delivery that was answered.
        lane: Lane,
        /// Why it waits.
        reason: HoldReason,
        /// The answer's status, where there was an answer.
        status: Option<u16>,
        /// What the answer says, for people.
        why: String,
    },
    /// The store's clock and LINE's are more than a minute apart. Retry keys expire by LINE's, and their age is counted
    /// by the store's: set it right.
    ClockSkew {
        /// Whose answer it was.
        channel: String,
        /// How far the store's clock is ahead, in seconds; negative where it is behind.
        seconds_ahead: i64,
    },
    /// The listener was more than 4,096 events behind, and missed so many.
    Missed(u64),
}

/// The events of an outbox, from when it was asked for on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; `None` when the outbox is gone.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Event::Missed(missed)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// Where events come from. Without a listener they cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct EventSource(broadcast::Sender<Event>);

impl Default for EventSource {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }
}

impl EventSource {
    pub(crate) fn listen(&self) -> Events {
        Events(self.0.subscribe())
    }

    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.0.receiver_count() > 0 {
            // The listener may have left since.
            let _ = self.0.send(event());
        }
    }

    pub(crate) fn tell_settled(&self, settled: &[Settled]) {
        for it in settled.iter().filter(|it| it.applied) {
            self.tell(|| Event::Settled {
                delivery: DeliveryId(it.id),
                campaign: it.campaign.map(CampaignId),
                recipients: it.recipients,
                reference: answer::parsed(it.reference.as_deref()),
                state: it.state,
            });
        }
    }
}
