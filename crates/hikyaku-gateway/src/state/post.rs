use hikyaku_sender::{Error as StoreError, Transaction, Work};

use super::{
    State,
    parcel::Parcel,
    picture::picture_is_of,
    spend::{Account, Charge, Charged},
    waiting::Chat,
};
use crate::Error;

/// How a notification goes into the outbox.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Posting {
    /// Those of its chat that wait for others go before it.
    pub(crate) behind_waiting: bool,
    /// Whether the chat may have said something by which it is free.
    pub(crate) may_be_reply: bool,
}

impl State {
    /// Puts a notification into the outbox, and counts what it costs in the same transaction. A repeat under its name costs
    /// nothing.
    pub(crate) async fn post(
        &self,
        parcel: Parcel,
        charge: Option<Charge>,
        how: Posting,
    ) -> Result<Charged, Error> {
        let Posting { behind_waiting, may_be_reply } = how;
        let may_be_reply = may_be_reply && parcel.name.is_none();
        if charge.is_none() && !behind_waiting && !may_be_reply && parcel.picture.is_none() {
            return self.enqueue(parcel.push(), None, None).await;
        }
        let post = Post { parcel: parcel.clone(), charge, behind_waiting, may_be_reply };
        let charged = self.outbox.transact(post).await?;
        match (charged, &parcel.name) {
            (Charged::UsedUp(spent), Some(name)) => {
                let key = (parcel.channel.as_str(), name.as_str());
                self.is_a_repeat(parcel.push(), key, spent).await
            }
            (charged, _) => Ok(charged),
        }
    }
}

struct Post {
    parcel: Parcel,
    charge: Option<Charge>,
    behind_waiting: bool,
    may_be_reply: bool,
}

impl Work for Post {
    type Out = Charged;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Charged, StoreError> {
        let chat = Chat::of(&self.parcel);
        if self.behind_waiting {
            chat.lock(tx).await?;
        }
        let mut account = match &self.charge {
            Some(charge) => Some(Account::open(tx, charge).await?),
            None => None,
        };
        if let Some(account) = account.as_ref().filter(|it| !it.has_room()) {
            return Ok(Charged::UsedUp(account.spent));
        }
        if self.behind_waiting {
            chat.send_waiting(tx).await?;
        }
        let enqueued = if self.may_be_reply {
            self.parcel.enqueue(tx).await?
        } else {
            tx.enqueue(self.parcel.push()).await?
        };
        if let Some(account) = account.as_mut().filter(|_| !enqueued.existing) {
            account.spend(tx, enqueued.id).await?;
        }
        if let Some(picture) = &self.parcel.picture {
            picture_is_of(tx, picture, enqueued.id).await?;
        }
        Ok(Charged::Enqueued(enqueued, account.map(|it| it.spent)))
    }
}
