//! The end of a gateway: what has begun is answered, and nothing new begins.

use std::{sync::Arc, time::Duration};

use hikyaku_sender::{DeliveryId, Enqueued, Error, Listed, Outbox, Waited};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// How long callers go on waiting for LINE's answer once the gateway is to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// Since when a gateway is to stop, if it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drain(Arc<watch::Sender<Option<Instant>>>);

impl Drain {
    pub(crate) fn begin(&self) {
        self.0.send_replace(Some(Instant::now()));
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until it begins.
    pub(crate) async fn begun(&self) {
        // The sender is a part of this.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// Whether nobody is to wait any longer.
    pub(crate) fn is_over(&self) -> bool {
        self.0.borrow().is_some_and(|since| since.elapsed() >= PATIENCE)
    }

    /// Waits until nobody is to wait any longer.
    pub(crate) async fn over(&self) {
        self.begun().await;
        let since = *self.0.borrow();
        sleep_until(since.unwrap_or_else(Instant::now) + PATIENCE).await;
    }

    /// Waits for what becomes of a delivery, for no longer than the gateway has time.
    pub(crate) async fn wait(
        &self,
        outbox: &Outbox,
        id: DeliveryId,
        patience: Duration,
    ) -> Result<Option<Listed>, Error> {
        tokio::select! {
            listed = outbox.wait(id, patience) => listed,
            () = self.over() => outbox.show(id).await,
        }
    }

    /// Waits for LINE's answer to a delivery, for no longer than the gateway has time.
    pub(crate) async fn wait_for_answer(
        &self,
        outbox: &Outbox,
        enqueued: impl Into<Enqueued>,
        patience: Duration,
    ) -> Result<Option<Waited>, Error> {
        let enqueued = enqueued.into();
        tokio::select! {
            waited = outbox.wait_for_answer(enqueued, patience) => waited,
            () = self.over() => outbox.wait_for_answer(enqueued, Duration::ZERO).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use hikyaku_sender::{NewDelivery, State};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_answered_three_seconds_after_the_end_has_begun() {
        let outbox = Outbox::open("memory:").await.unwrap();
        let push = NewDelivery::push("U4af4980629000000000000000000000a", "hello");
        let id = outbox.enqueue(push).await.unwrap().id;
        let (drain, began) = (Drain::default(), Instant::now());
        let end = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(!drain.has_begun());
            drain.begin();
        };
        let (listed, ()) = tokio::join!(drain.wait(&outbox, id, Duration::from_secs(60)), end);
        assert_eq!(listed.unwrap().unwrap().state, State::Ready);
        assert_eq!(began.elapsed().as_secs(), 4);
        assert!(drain.is_over());
    }
}
