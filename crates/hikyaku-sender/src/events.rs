use tokio::sync::broadcast;

use crate::{
    CampaignId, DeliveryId, HoldReason, Lane, State, Waiting, answer, store::step::Settled,
};

/// How many events a slow listener may be behind before it misses some.
const BEHIND: usize = 4096;

/// An event of the deliveries of one [`Outbox`](crate::Outbox) in this program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A delivery was enqueued.
    Enqueued(DeliveryId),
    /// A delivery has a new state.
    Settled {
        /// The delivery.
        delivery: DeliveryId,
        /// The campaign to which it belongs.
        campaign: Option<CampaignId>,
        /// The number of recipients that it counts for.
        recipients: u32,
        /// The caller's own JSON, see [`NewDelivery::reference`](crate::NewDelivery::reference).
        reference: Option<serde_json::Value>,
        /// Its new state.
        state: State,
    },
    /// A lane with due deliveries is blocked. Reported once for each reason, and again when the reason recurs; for a
    /// channel that the worker does not have, once.
    Waiting(Waiting),
    /// A response has stopped a lane, or all lanes of a channel. It came from LINE, or from something that answered
    /// instead of LINE. Reported once for all requests in flight together.
    Held {
        /// The channel of the lane.
        channel: String,
        /// The lane of the delivery whose response it was.
        lane: Lane,
        /// The reason for the hold.
        reason: HoldReason,
        /// The HTTP status, if there was a response.
        status: Option<u16>,
        /// The message of the response, as text for people.
        why: String,
    },
    /// The store's clock and LINE's differ by more than a minute. Retry keys expire by LINE's clock, but the store's
    /// clock counts their age: set it right.
    ClockSkew {
        /// The channel whose response showed it.
        channel: String,
        /// The seconds by which the store's clock is ahead; negative if it is behind.
        seconds_ahead: i64,
    },
    /// The listener was more than 4,096 events behind, and missed this many.
    Missed(u64),
}

/// The events of an outbox, starting from the call that returned this.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// Returns the next event; `None` when the outbox is gone.
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
