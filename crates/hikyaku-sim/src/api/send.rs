use std::sync::Arc;

use hikyaku_model::SendKind;
use serde::Serialize;

use super::{Answer, Messages, Scene};
use crate::state::{
    channel::SentMessage, counts::Counted, outbox::Sent, person::UserKey, quote_token,
};

/// What a send brings, whoever receives it.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) kind: SendKind,
    pub(crate) messages: Messages,
    pub(crate) notification_disabled: bool,
    pub(crate) unit: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentMessages<'a> {
    sent_messages: &'a [SentMessage],
}

impl Scene<'_> {
    /// Takes the quota for so many people, if this kind of send costs any.
    pub(crate) fn pay(&mut self, kind: SendKind, people: usize) -> Result<(), Answer> {
        let now = self.now;
        let free = matches!(kind, SendKind::Reply | SendKind::PhoneNumber);
        if free || self.channel().quota.take(people as u64, now) {
            Ok(())
        } else {
            Err(Answer::quota_exceeded())
        }
    }

    /// Gives messages their ids.
    pub(crate) fn pack(&mut self, parcel: Parcel) -> Arc<Sent> {
        let now = self.now;
        let Messages { json, quotable } = parcel.messages;
        let message_ids = json.iter().map(|_| self.world.message_id()).collect();
        let channel = self.channel();
        Arc::new(Sent {
            channel: channel.id.clone(),
            kind: parcel.kind,
            request_id: self.request_id,
            messages: json,
            quotable,
            message_ids,
            notification_disabled: parcel.notification_disabled,
            unit: parcel.unit.and_then(|unit| self.channel().unit(unit, now)),
        })
    }

    /// Brings messages to people who are reached, alone or in a chat, and counts them.
    pub(crate) fn hand_out(
        &mut self,
        sent: &Arc<Sent>,
        people: Vec<UserKey>,
        chat: Option<&Arc<str>>,
    ) {
        let (now, number) = (self.now, people.len() as u64);
        let channel = self.channel();
        channel.counts.add(Counted::Sent(sent.kind), number, now);
        if sent.kind == SendKind::Broadcast {
            channel.reactions.begin(sent, now);
            channel.reactions.deliver(sent.request_id, number, now);
            channel.reactions.finish(sent.request_id, now);
        }
        self.bring(sent, people, chat);
    }

    /// Brings messages to people who are reached, and leaves the counting to the caller.
    pub(crate) fn bring(
        &mut self,
        sent: &Arc<Sent>,
        people: Vec<UserKey>,
        chat: Option<&Arc<str>>,
    ) {
        let now = self.now;
        let channel = self.channel();
        if !channel.loading.is_empty() && chat.is_none() {
            for user in &people {
                channel.loading.remove(user);
            }
        }
        for user in people {
            self.world.outbox.deliver(sent, user, chat, now);
        }
    }
}

/// The answer of a reply or push: what the messages are called.
pub(crate) fn sent_messages(sent: &Sent) -> Answer {
    let messages: Arc<[SentMessage]> = sent
        .message_ids
        .iter()
        .zip(&sent.quotable)
        .map(|(id, quotable)| SentMessage {
            id: id.to_string(),
            quote_token: quotable.then(|| quote_token(*id)),
        })
        .collect();
    let mut answer = Answer::ok(&SentMessages { sent_messages: &messages });
    answer.sent_messages = Some(messages);
    answer
}
