use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use hikyaku_model::SendKind;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Tally;
use crate::state::{aging::Aging, json, outbox::Sent, person::UserKey, send_kind};

/// How long after a message was sent it is still counted what people do with it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-message-event>
const COUNTED: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long, and of how many requests, it is remembered. Our choice, to bound memory.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(366 * 24);
const MOST: usize = 10_000;

/// The parts of a video or recording that are told apart: its beginning, and so many per cent of it.
const QUARTERS: [u8; 5] = [0, 25, 50, 75, 100];

/// What people did with the messages of one request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reaction {
    #[serde(with = "send_kind")]
    pub(crate) kind: SendKind,
    pub(crate) unit: Option<String>,
    /// How many people it was delivered to, up to now.
    pub(crate) delivered: u64,
    /// Whether it is delivered to all whom it was for.
    pub(crate) is_sent: bool,
    /// For each message, how often it was seen.
    pub(crate) seen: Vec<Tally>,
    /// For each message, how often its beginning and each quarter of it was played.
    pub(crate) played: Vec<[Tally; 5]>,
    /// How often each link was opened, by the place of its message, from 1.
    #[serde(with = "json::pairs")]
    pub(crate) opened: BTreeMap<(usize, String), Tally>,
}

/// What people did with what one channel sent, by the ids of its requests.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reactions {
    by_request: Aging<Uuid, Reaction>,
    /// When each was sent, in that order; as many as are remembered.
    order: Vec<(Timestamp, Uuid)>,
}

impl Default for Reactions {
    fn default() -> Self {
        Self { by_request: Aging::new(REMEMBERED, MOST), order: Vec::new() }
    }
}

impl Reactions {
    /// Begins to count for a request.
    pub(crate) fn begin(&mut self, sent: &Sent, now: Timestamp) {
        let messages = sent.messages.len();
        let reaction = Reaction {
            kind: sent.kind,
            unit: sent.unit.clone(),
            delivered: 0,
            is_sent: false,
            seen: vec![Tally::default(); messages],
            played: vec![Default::default(); messages],
            opened: BTreeMap::new(),
        };
        if self.order.len() >= MOST {
            self.order.drain(..MOST / 2);
        }
        self.order.push((now, sent.request_id));
        self.by_request.insert(sent.request_id, reaction, now);
    }

    /// What people did with a request's messages, and when those were sent.
    pub(crate) fn get(&self, request: Uuid, now: Timestamp) -> Option<(Timestamp, &Reaction)> {
        self.by_request.get(&request, now)
    }

    /// Those that are remembered and were sent at these times, oldest first.
    pub(crate) fn iter(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, &Reaction)> {
        self.order.iter().filter_map(move |(_, request)| self.by_request.get(request, now))
    }

    /// Counts people whom a request was delivered to.
    pub(crate) fn deliver(&mut self, request: Uuid, people: u64, now: Timestamp) {
        if let Some(reaction) = self.by_request.get_mut(&request, now) {
            reaction.delivered = reaction.delivered.saturating_add(people);
        }
    }

    /// Notes that a request is delivered to all whom it was for.
    pub(crate) fn finish(&mut self, request: Uuid, now: Timestamp) {
        if let Some(reaction) = self.by_request.get_mut(&request, now) {
            reaction.is_sent = true;
        }
    }

    /// Lets a person see all messages of a request.
    pub(crate) fn see(&mut self, request: Uuid, user: UserKey, now: Timestamp) {
        for tally in self.counted(request, now).into_iter().flat_map(|of| &mut of.seen) {
            tally.add(user);
        }
    }

    /// Lets a person open a link of a message, whose place is from 1.
    pub(crate) fn open(
        &mut self,
        request: Uuid,
        (message, url): (usize, String),
        user: UserKey,
        now: Timestamp,
    ) {
        if let Some(reaction) = self.counted(request, now) {
            reaction.opened.entry((message, url)).or_default().add(user);
        }
    }

    /// Lets a person play so many per cent of a message, whose place is from 1.
    pub(crate) fn play(
        &mut self,
        request: Uuid,
        message: usize,
        percent: u8,
        user: UserKey,
        now: Timestamp,
    ) {
        let reaction = self.counted(request, now);
        let played = reaction.and_then(|of| of.played.get_mut(message.checked_sub(1)?));
        for (quarter, tally) in QUARTERS.iter().zip(played.into_iter().flatten()) {
            if *quarter <= percent {
                tally.add(user);
            }
        }
    }

    fn counted(&mut self, request: Uuid, now: Timestamp) -> Option<&mut Reaction> {
        let (sent, _) = self.by_request.get(&request, now)?;
        let counted = now.duration_since(sent) < COUNTED;
        self.by_request.get_mut(&request, now).filter(|_| counted)
    }
}
