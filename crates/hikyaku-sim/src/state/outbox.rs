use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::Arc,
};

use hikyaku_model::{ChatId, SendKind, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use super::{chat::Target, json, person::UserKey, ring::Ring, send_kind};

/// What one accepted request sends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    pub(crate) channel: Arc<str>,
    #[serde(with = "send_kind")]
    pub(crate) kind: SendKind,
    pub(crate) request_id: Uuid,
    #[serde(with = "json::raw")]
    pub(crate) messages: Vec<Box<RawValue>>,
    /// For each message, whether it gets a quote token.
    pub(crate) quotable: Vec<bool>,
    pub(crate) message_ids: Vec<u64>,
    pub(crate) notification_disabled: bool,
    pub(crate) unit: Option<String>,
}

/// What came to somebody, for those who count what is done with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received<'a> {
    pub(crate) request: Uuid,
    pub(crate) unit: Option<&'a str>,
    pub(crate) at: Timestamp,
    /// How many messages there are.
    pub(crate) messages: usize,
}

impl Sent {
    /// It, as it came to somebody at a time.
    pub(crate) fn received(&self, at: Timestamp) -> Received<'_> {
        let (unit, messages) = (self.unit.as_deref(), self.messages.len());
        Received { request: self.request_id, unit, at, messages }
    }
}

/// The delivery of one request to one user.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Delivery {
    /// The position among all deliveries, from 1.
    pub seq: u64,
    /// The time of delivery, by the simulator's clock.
    pub at: Timestamp,
    /// The id of the channel that sent it.
    pub channel_id: String,
    /// The kind of send; in JSON `reply`, `push`, `multicast`, `narrowcast`, `broadcast` or `pnp`.
    #[serde(serialize_with = "send_kind::serialize")]
    pub kind: SendKind,
    /// The request id of the send.
    pub request_id: String,
    /// The recipient.
    pub to: UserId,
    /// The chat: the one-on-one chat with the user, or a group or room.
    pub chat: ChatId,
    /// The ids of the messages, in order.
    pub message_ids: Vec<String>,
    /// The messages exactly as sent, in order.
    pub messages: Vec<Value>,
    /// Whether the user received it without a push notification.
    pub notification_disabled: bool,
    /// The aggregation unit, if the request named one and it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl Delivery {
    /// Returns the text of the first message, if it has one.
    pub fn text(&self) -> Option<&str> {
        self.messages.first()?.get("text")?.as_str()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{} to {} in {}: ", self.at, self.seq, self.to, self.chat)?;
        f.debug_list().entries(self.messages.iter().map(Value::to_string)).finish()
    }
}

/// A filter for deliveries; absent fields match everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeliveryFilter {
    /// The recipient or the chat.
    pub to: Option<ChatId>,
    /// The type of one of the messages.
    pub message_type: Option<String>,
    /// The kind of send.
    pub kind: Option<SendKind>,
    /// The channel that sent it.
    pub channel_id: Option<String>,
    /// Matches only deliveries after this position.
    pub after: Option<u64>,
}

/// A delivery that is not what was asked for, and in what it differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct NearMiss {
    seq: u64,
    differs: Vec<&'static str>,
}

impl DeliveryFilter {
    fn matches(&self, stored: &Stored) -> bool {
        stored.seq > self.after.unwrap_or(0) && self.differs(stored).next().is_none()
    }

    /// The parts of the filter that a delivery does not match.
    fn differs(&self, stored: &Stored) -> impl Iterator<Item = &'static str> {
        let sent = &stored.sent;
        let to = |to: &ChatId| {
            UserKey::parse(to.as_str()) == Some(stored.user)
                || stored.chat.as_deref() == Some(to.as_str())
        };
        let of_type = |name: &String| sent.messages.iter().any(|json| message_type(json) == *name);
        let agrees = [
            ("to", self.to.as_ref().is_none_or(to)),
            ("type", self.message_type.as_ref().is_none_or(of_type)),
            ("kind", self.kind.is_none_or(|kind| sent.kind == kind)),
            ("channel", self.channel_id.as_deref().is_none_or(|id| *sent.channel == *id)),
        ];
        agrees.into_iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name)
    }
}

/// The `type` of a message that was accepted.
fn message_type(message: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        name: String,
    }
    serde_json::from_str(message.get()).map(|Typed { name }| name).unwrap_or_default()
}

#[derive(Debug)]
struct Stored {
    seq: u64,
    at: Timestamp,
    user: UserKey,
    /// The group or room; nothing where it is the chat with the person alone.
    chat: Option<Arc<str>>,
    sent: Arc<Sent>,
}

impl Stored {
    /// About how much memory it takes. The first delivery of a request, when nothing but it and so many others hold the
    /// messages, stands for the bytes of all of them.
    fn bytes(&self, holders: usize) -> usize {
        let first = Arc::strong_count(&self.sent) <= holders;
        let messages = self.sent.messages.iter().filter(|_| first);
        size_of::<Self>() + messages.map(|json| json.get().len()).sum::<usize>()
    }

    fn delivery(&self) -> Delivery {
        let sent = &self.sent;
        let chat = match &self.chat {
            Some(chat) => Target::Chat(chat.clone()),
            None => Target::User(self.user),
        };
        let parse = |json: &RawValue| serde_json::from_str(json.get()).unwrap_or_default();
        Delivery {
            seq: self.seq,
            at: self.at,
            channel_id: sent.channel.to_string(),
            kind: sent.kind,
            request_id: sent.request_id.to_string(),
            to: self.user.id(),
            chat: chat.id(),
            message_ids: sent.message_ids.iter().map(u64::to_string).collect(),
            messages: sent.messages.iter().map(|json| parse(json)).collect(),
            notification_disabled: sent.notification_disabled,
            unit: sent.unit.clone(),
        }
    }
}

/// A delivery as it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) user: UserKey,
    /// The group or room; nothing where it is the chat with the person alone.
    pub(crate) chat: Option<&'a Arc<str>>,
    pub(crate) sent: &'a Arc<Sent>,
}

impl Arrival<'_> {
    /// Whether it arrived in this chat.
    pub(crate) fn is_in(&self, chat: &Target) -> bool {
        match (chat, self.chat) {
            (Target::User(user), None) => self.user == *user,
            (Target::Chat(id), Some(of)) => id == of,
            _ => false,
        }
    }

    pub(crate) fn target(&self) -> Target {
        self.chat.map_or(Target::User(self.user), |chat| Target::Chat(chat.clone()))
    }
}

/// An outbox as it is kept: each request once, however many it reached.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboxJson {
    sent: Vec<Arc<Sent>>,
    deliveries: Vec<StoredJson>,
    counts: HashMap<UserKey, u32>,
    delivered: u64,
    dropped: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredJson {
    seq: u64,
    at: Timestamp,
    user: UserKey,
    chat: Option<Arc<str>>,
    /// The place of its request.
    sent: usize,
}

impl Serialize for Outbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut places = HashMap::new();
        let mut sent: Vec<Arc<Sent>> = Vec::new();
        let deliveries = self.ring.iter().map(|stored| {
            let place = *places.entry(stored.sent.request_id).or_insert_with(|| {
                sent.push(stored.sent.clone());
                sent.len() - 1
            });
            let Stored { seq, at, user, ref chat, .. } = *stored;
            StoredJson { seq, at, user, chat: chat.clone(), sent: place }
        });
        let deliveries = deliveries.collect();
        let (counts, delivered) = (self.counts.clone(), self.delivered);
        let dropped = self.ring.dropped();
        OutboxJson { sent, deliveries, counts, delivered, dropped }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Outbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = OutboxJson::deserialize(deserializer)?;
        let mut ring = Ring::after_others(json.dropped);
        for StoredJson { seq, at, user, chat, sent } in json.deliveries {
            let sent = json.sent.get(sent).cloned();
            let sent = sent.ok_or_else(|| D::Error::custom("a delivery of no request"))?;
            let stored = Stored { seq, at, user, chat, sent };
            ring.push(stored.bytes(2), stored);
        }
        Ok(Self { ring, counts: json.counts, delivered: json.delivered })
    }
}

/// What people received: the newest deliveries whole, and of all of them how many each person had.
#[derive(Debug)]
pub(crate) struct Outbox {
    ring: Ring<Stored>,
    counts: HashMap<UserKey, u32>,
    delivered: u64,
}

/// Deliveries share their messages, so this much is rarely reached.
const MOST_BYTES: usize = 256 << 20;

impl Outbox {
    pub(crate) fn new(keep: usize) -> Self {
        Self { ring: Ring::new(keep, MOST_BYTES), counts: HashMap::new(), delivered: 0 }
    }

    pub(crate) fn deliver(
        &mut self,
        sent: &Arc<Sent>,
        user: UserKey,
        chat: Option<&Arc<str>>,
        at: Timestamp,
    ) {
        self.delivered += 1;
        match self.counts.entry(user) {
            Entry::Occupied(mut count) => *count.get_mut() = count.get().saturating_add(1),
            Entry::Vacant(count) => _ = count.insert(1),
        }
        let stored =
            Stored { seq: self.delivered, at, user, chat: chat.cloned(), sent: sent.clone() };
        self.ring.push(stored.bytes(2), stored);
    }

    /// Gives deliveries that were read from JSON their bounds.
    pub(super) fn bound(&mut self, keep: usize) {
        self.ring.bound(keep, MOST_BYTES);
    }

    /// The deliveries that are still kept and match, oldest first.
    pub(crate) fn find(&self, filter: &DeliveryFilter, most: usize) -> Vec<Delivery> {
        self.matching(filter).take(most).map(Stored::delivery).collect()
    }

    /// The newest delivery that matches.
    pub(crate) fn latest(&self, filter: &DeliveryFilter) -> Option<Delivery> {
        self.matching(filter).next_back().map(Stored::delivery)
    }

    /// The delivery with this place among all, if it is still kept.
    pub(crate) fn get(&self, seq: u64) -> Option<Delivery> {
        let mut later = self.ring.after(move |stored| stored.seq < seq);
        later.next().filter(|stored| stored.seq == seq).map(Stored::delivery)
    }

    /// How many of the deliveries that are still kept match.
    pub(crate) fn count(&self, filter: &DeliveryFilter) -> usize {
        self.matching(filter).count()
    }

    /// The newest deliveries that came in time and do not match, those first that differ least.
    pub(crate) fn near_misses(&self, filter: &DeliveryFilter, most: usize) -> Vec<NearMiss> {
        let after = filter.after.unwrap_or(0);
        let newer = self.ring.after(move |stored| stored.seq <= after).rev().take(1000);
        let misses = newer
            .map(|stored| NearMiss { seq: stored.seq, differs: filter.differs(stored).collect() });
        let mut misses: Vec<_> = misses.filter(|miss| !miss.differs.is_empty()).collect();
        misses.sort_by_key(|miss| miss.differs.len());
        misses.truncate(most);
        misses
    }

    fn matching(&self, filter: &DeliveryFilter) -> impl DoubleEndedIterator<Item = &Stored> {
        let after = filter.after.unwrap_or(0);
        self.ring.after(move |stored| stored.seq <= after).filter(|stored| filter.matches(stored))
    }

    /// What is still kept of a channel's deliveries, newest first.
    pub(crate) fn newest(&self, channel: &str) -> impl Iterator<Item = Arrival<'_>> {
        let stored = self.ring.iter().rev().filter(move |stored| *stored.sent.channel == *channel);
        stored.map(|stored| Arrival {
            seq: stored.seq,
            at: stored.at,
            user: stored.user,
            chat: stored.chat.as_ref(),
            sent: &stored.sent,
        })
    }

    /// How many deliveries there were in all.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    pub(crate) fn count_of(&self, user: UserKey) -> u32 {
        self.counts.get(&user).copied().unwrap_or(0)
    }

    /// How many people received anything.
    pub(crate) fn people(&self) -> usize {
        self.counts.len()
    }

    /// Who received more than one delivery, and how many, in the order of their ids.
    pub(crate) fn repeated(&self) -> Vec<(UserId, u32)> {
        let mut repeated: Vec<_> =
            self.counts.iter().filter(|(_, count)| **count > 1).map(|(k, c)| (*k, *c)).collect();
        repeated.sort_unstable();
        repeated.into_iter().map(|(key, count)| (key.id(), count)).collect()
    }
}
