use hikyaku_model::Message;
use hikyaku_sender::{Enqueued, Error, NewDelivery, Priority, Transaction};
use serde_json::Value;

use super::reply_token::ReplyToken;

/// What is to be sent to a chat: as a reply, which is free, where somebody has just said something there, and else as a push.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each goes its own way into the delivery")]
pub(crate) struct Parcel {
    pub(crate) channel: String,
    pub(crate) target: String,
    pub(crate) token: i64,
    pub(crate) priority: Priority,
    pub(crate) messages: Vec<Message>,
    pub(crate) silent: bool,
    /// Its idempotency key.
    pub(crate) name: Option<String>,
    /// Whether it takes the name over from one that surely was not sent.
    pub(crate) takes_over: bool,
    pub(crate) reference: Value,
    /// The name of a picture that it shows.
    pub(crate) picture: Option<String>,
    /// Whether somebody was told that it will be sent, so that it is never withdrawn.
    pub(crate) promised: bool,
    /// Whether it leaves after all that were told for its chat before.
    pub(crate) in_order: bool,
}

impl Parcel {
    /// Its messages as JSON.
    pub(crate) fn request(&self) -> String {
        // Messages, which JSON has.
        serde_json::to_string(&self.messages).unwrap_or_default()
    }

    /// As a push.
    pub(crate) fn push(&self) -> NewDelivery {
        self.finished(NewDelivery::push(self.target.as_str(), self.messages.clone()))
    }

    /// Puts it into the outbox. Where LINE surely refuses the reply token, or its time is over before it was tried, the outbox
    /// pushes instead; in doubt it never does.
    ///
    /// One with a name is a push: the outbox compares what comes again under a name, and another token would be another send.
    pub(super) async fn enqueue(&self, tx: &mut Transaction<'_>) -> Result<Enqueued, Error> {
        let token = match self.name {
            None => ReplyToken::take(tx, &self.channel, &self.target).await?,
            Some(_) => None,
        };
        let Some(ReplyToken { token, until }) = token else { return tx.enqueue(self.push()).await };
        let reply = NewDelivery::reply(token.as_str(), self.messages.clone());
        let reply = reply.or_push(self.target.as_str()).expires_at(until).tell_outcome();
        tx.enqueue(self.finished(reply)).await
    }

    fn finished(&self, delivery: NewDelivery) -> NewDelivery {
        let mut delivery = delivery
            .channel(&self.channel)
            .priority(self.priority)
            .fairness_key(format!("notify:{}", self.token))
            .reference(self.reference.clone());
        if self.in_order {
            delivery = delivery.in_order(self.order_key());
        }
        if self.silent {
            delivery = delivery.notification_disabled(true);
        }
        if self.promised {
            delivery = delivery.tell_outcome();
        }
        match &self.name {
            Some(name) if self.takes_over => delivery.idempotency_key(name).take_over_name(),
            Some(name) => delivery.idempotency_key(name),
            None => delivery,
        }
    }

    /// Notifications of one chat leave one after another. Urgent ones do not wait for others.
    fn order_key(&self) -> String {
        match self.priority {
            Priority::High => format!("{}:high", self.target),
            _ => self.target.clone(),
        }
    }
}
