use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span, Timestamp, civil::Date};
use uuid::Uuid;

use super::Tally;
use crate::state::{
    aging::Aging,
    json,
    outbox::{Received, Sent},
    person::UserKey,
    quota::day,
};

/// How long after a message was sent it is still counted what people do with it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-message-event>
const COUNTED: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long it is remembered, and of how many broadcasts and narrowcasts. Our choice, to bound memory.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(366 * 24);
const MOST: usize = 10_000;

/// The parts of a video or recording that are told apart: its beginning, and so many per cent of it.
const QUARTERS: [u8; 5] = [0, 25, 50, 75, 100];

/// What people did with messages.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Uses {
    /// For each message, how often it was seen.
    pub(crate) seen: Vec<Tally>,
    /// For each message, how often its beginning and each quarter of it was played.
    pub(crate) played: Vec<[Tally; 5]>,
    /// How often each link was opened, by the place of its message, from 1.
    #[serde(with = "json::pairs")]
    pub(crate) opened: BTreeMap<(usize, String), Tally>,
}

/// One thing that a person does with messages. The places of messages are from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use<'a> {
    /// Sees all messages of a request.
    See,
    /// Opens a link of a message.
    Open(usize, &'a str),
    /// Plays so many per cent of a message.
    Play(usize, u8),
}

/// What people did with a broadcast or narrowcast.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reaction {
    /// How many people it was delivered to, up to now.
    pub(crate) delivered: u64,
    /// Whether it is delivered to all whom it was for.
    pub(crate) is_sent: bool,
    pub(crate) uses: Uses,
}

/// What people did with what one channel sent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reactions {
    /// Broadcasts and narrowcasts, by the ids of their requests.
    by_request: Aging<Uuid, Reaction>,
    /// Pushes and multicasts, by their aggregation units and the days on which they were sent.
    #[serde(with = "json::pairs")]
    by_unit: BTreeMap<(String, Date), Uses>,
}

impl Default for Reactions {
    fn default() -> Self {
        Self { by_request: Aging::new(REMEMBERED, MOST), by_unit: BTreeMap::new() }
    }
}

impl Uses {
    fn of(messages: usize) -> Self {
        let mut uses = Self::default();
        uses.grow(messages);
        uses
    }

    fn grow(&mut self, messages: usize) {
        let messages = self.seen.len().max(messages);
        self.seen.resize(messages, Tally::default());
        self.played.resize_with(messages, Default::default);
    }

    /// Counts other messages in, place by place.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.grow(other.seen.len());
        for (sum, tally) in self.seen.iter_mut().zip(&other.seen) {
            sum.merge(tally);
        }
        for (sum, tallies) in self.played.iter_mut().zip(&other.played) {
            for (sum, tally) in sum.iter_mut().zip(tallies) {
                sum.merge(tally);
            }
        }
        for (link, tally) in &other.opened {
            self.opened.entry(link.clone()).or_default().merge(tally);
        }
    }

    fn add(&mut self, what: Use<'_>, messages: usize, user: UserKey) {
        match what {
            Use::See => self.seen.iter_mut().take(messages).for_each(|tally| tally.add(user)),
            Use::Open(message, url) => {
                self.opened.entry((message, url.to_owned())).or_default().add(user);
            }
            Use::Play(message, percent) => {
                let played = message.checked_sub(1).and_then(|at| self.played.get_mut(at));
                for (quarter, tally) in QUARTERS.iter().zip(played.into_iter().flatten()) {
                    if *quarter <= percent {
                        tally.add(user);
                    }
                }
            }
        }
    }
}

impl Reactions {
    /// Begins to count for a broadcast or narrowcast.
    pub(crate) fn begin(&mut self, sent: &Sent, now: Timestamp) {
        let uses = Uses::of(sent.messages.len());
        let reaction = Reaction { delivered: 0, is_sent: false, uses };
        self.by_request.insert(sent.request_id, reaction, now);
    }

    /// What people did with a request's messages, and when those were sent.
    pub(crate) fn get(&self, request: Uuid, now: Timestamp) -> Option<(Timestamp, &Reaction)> {
        self.by_request.get(&request, now)
    }

    /// What people did with what was sent by a unit from one day to another.
    pub(crate) fn of_unit(&self, unit: &str, from: Date, to: Date) -> Uses {
        let mut sum = Uses::default();
        for (_, uses) in self.by_unit.range((unit.to_owned(), from)..=(unit.to_owned(), to)) {
            sum.merge(uses);
        }
        sum
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

    /// Whether it is counted what people do with this.
    pub(crate) fn counts(&self, of: Received<'_>, now: Timestamp) -> bool {
        let sent = match of.unit {
            Some(_) => Some(of.at),
            None => self.by_request.get(&of.request, now).map(|(sent, _)| sent),
        };
        sent.is_some_and(|sent| now.duration_since(sent) < COUNTED)
    }

    /// Lets a person do something with what they received.
    pub(crate) fn add(&mut self, of: Received<'_>, what: Use<'_>, user: UserKey, now: Timestamp) {
        if !self.counts(of, now) {
            return;
        }
        if let Some(unit) = of.unit {
            let key = (unit.to_owned(), day(of.at));
            if !self.by_unit.contains_key(&key) {
                let first = day(now).saturating_sub(Span::new().days(REMEMBERED.as_hours() / 24));
                self.by_unit.retain(|(_, day), _| *day >= first);
            }
            let sum = self.by_unit.entry(key).or_default();
            sum.grow(of.messages);
            sum.add(what, of.messages, user);
        } else if let Some(reaction) = self.by_request.get_mut(&of.request, now) {
            reaction.uses.add(what, of.messages, user);
        }
    }
}
