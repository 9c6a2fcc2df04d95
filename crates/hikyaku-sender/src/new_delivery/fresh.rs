//! The row that a store keeps of a send.

use hikyaku_model::{
    SendKind,
    limits::{Problem, REPLY_TOKEN_LIFE, REQUEST_BYTES},
    send::DeliveryTag,
};
use uuid::Uuid;

use super::{Contents, NewDelivery, Request};
use crate::{
    Error, Time,
    delivery::Delivery,
    key,
    recipients::Recipients,
    store::{Body, Fresh, Payload},
};

impl NewDelivery {
    /// Checks it, and makes the row that a store keeps.
    pub(crate) fn into_fresh(self, now: Time) -> Result<Fresh, Error> {
        self.check()?;
        let json = match &self.contents {
            Contents::Messages(messages) => {
                serde_json::to_string(&Request { messages, options: &self.options })
                    .map_err(|why| Error::breaks(Vec::new(), Problem::Shape(why.to_string())))?
            }
            Contents::Broken(why) => return Err(Error::invalid(why.clone())),
            Contents::Written(json) => json.clone(),
        };
        let recipients = match (&self.push_to, self.to.as_slice()) {
            (Some(chat), _) => Recipients::pack(&[chat]),
            (None, []) => Recipients::none(),
            (None, to) => Recipients::pack(to),
        };
        if json.len() + self.to.iter().map(String::len).sum::<usize>() > REQUEST_BYTES {
            let rule = "the request is larger than the 2 MB that LINE takes";
            return Err(Error::breaks(Vec::new(), Problem::Rule(rule)));
        }
        let delivery_tag = match (&self.push_to, self.to.first()) {
            (Some(_), Some(token)) => Some(token.as_str()),
            _ => self.delivery_tag.as_ref().map(DeliveryTag::as_str),
        };
        let retry_key = match (self.retry_key, &self.idempotency_key) {
            (Some(key), _) => key.into(),
            (None, Some(name)) => key::derive(&self.channel, name),
            (None, None) => Uuid::new_v4(),
        };
        let due = self.at.unwrap_or(now);
        let count = u32::try_from(self.to.len().max(1)).unwrap_or(u32::MAX);
        let mut delivery = Delivery::new(self.kind, count, retry_key, due);
        delivery.or_push = self.push_to.is_some();
        delivery.on_unknown = self.on_unknown;
        delivery.verbatim = matches!(self.contents, Contents::Written(_));
        delivery.expires_at = match self.kind {
            SendKind::Reply => Some(self.expires_at.unwrap_or(due + REPLY_TOKEN_LIFE)),
            _ => self.expires_at,
        };
        delivery.watched_until = self.watched.map(|patience| now + patience);
        if let Some(key) = self.order_key {
            delivery.put_in_order(key);
        }
        Ok(Fresh {
            channel: self.channel,
            campaign: None,
            chunk: None,
            priority: self.priority,
            fairness_key: self.fairness_key,
            idempotency_key: self.idempotency_key,
            takes_over: self.takes_over,
            reference: self.reference.map(|value| value.to_string()),
            tells: self.tells,
            payload: Payload {
                recipients,
                body: Some(Body { json, delivery_tag: delivery_tag.map(str::to_owned) }),
                trace: self.trace,
            },
            delivery,
            created_at: now,
        })
    }
}
