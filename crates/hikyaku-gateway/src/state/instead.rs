use hikyaku_sender::{DeliveryId, Error as StoreError, NewDelivery, Transaction, Work};

use super::{State, picture::pictures_go_to, spend::move_charge};
use crate::Error;

impl State {
    /// Enqueues what is sent instead of a refused delivery, once however often it is called. It costs what that had cost, and
    /// shows the same picture.
    pub(crate) async fn send_instead(
        &self,
        refused: DeliveryId,
        instead: NewDelivery,
    ) -> Result<DeliveryId, Error> {
        Ok(self.outbox.transact(SendInstead { refused, instead }).await?)
    }
}

struct SendInstead {
    refused: DeliveryId,
    instead: NewDelivery,
}

impl Work for SendInstead {
    type Out = DeliveryId;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<DeliveryId, StoreError> {
        let enqueued = tx.enqueue(self.instead.clone()).await?;
        if !enqueued.existing {
            move_charge(tx, self.refused, enqueued.id).await?;
            pictures_go_to(tx, self.refused, enqueued.id).await?;
        }
        Ok(enqueued.id)
    }
}
