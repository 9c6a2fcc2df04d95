//! Webhooks: which wait to be delivered, which were, and what went wrong.

mod attempt;
mod receiver;
mod url;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use hikyaku_model::{ChatId, Event};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use attempt::Verdict;
pub use attempt::{WebhookAttempt, WebhookDelivery, WebhookError, WebhookReason, WebhookState};
pub(crate) use receiver::Receiver;
pub use url::InvalidWebhookUrl;
pub(crate) use url::{deliverable, is_endpoint};

use super::ring::Ring;

/// Where a channel's webhooks go.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSettings {
    pub(crate) url: Option<String>,
    /// The switch in LINE's console. Our choice: it is on from the start.
    pub(crate) active: bool,
    /// Whether those that fail are sent again.
    pub(crate) redelivery: bool,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { url: None, active: true, redelivery: false }
    }
}

impl WebhookSettings {
    /// The URL, if webhooks are sent to it.
    pub(crate) fn active_url(&self) -> Option<&str> {
        self.url.as_deref().filter(|_| self.active)
    }
}

/// What of one receiver stays in order: that of one chat, or that of none.
///
/// LINE promises no order. Our choice: within a chat each waits for the first try of the one before it, so that tests
/// repeat; chats do not wait for one another.
type Lane = (Receiver, Option<ChatId>);

/// One webhook of one event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    pub(crate) channel: usize,
    /// The module that it is for; without one it is for the channel's own bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) module: Option<usize>,
    pub(crate) event: Event,
    pub(crate) attempts: Vec<WebhookAttempt>,
    #[serde(skip)]
    lane: Lane,
    state: WebhookState,
    /// The fault that has held it back for this try.
    #[serde(skip)]
    held_by: Option<String>,
}

/// All webhooks that are still kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhooks {
    kept: BTreeMap<u64, Webhook>,
    /// Those that came to an end, in that order; the oldest are forgotten.
    ended: VecDeque<u64>,
    /// The lanes that are busy with one, and those that wait for their turn.
    #[serde(skip)]
    lanes: HashMap<Lane, VecDeque<u64>>,
    /// Those that a fault holds back until the next one of their lane was tried, or until a time.
    #[serde(skip)]
    held: HashMap<Lane, (Timestamp, u64)>,
    /// Those whose turn it is.
    #[serde(skip)]
    ready: VecDeque<u64>,
    /// When those that failed are sent again.
    due: BTreeSet<(Timestamp, u64)>,
    errors: Ring<(usize, WebhookError)>,
    made: u64,
    attempts: u64,
}

/// How many webhooks that came to an end, and how many errors, are kept.
const MOST: usize = 10_000;

/// Errors of one kind within this time are one entry of the statistics.
const ONE_ERROR: SignedDuration = SignedDuration::from_secs(60);

impl Webhooks {
    /// None yet; their ids follow those of others.
    pub(crate) fn after(made: u64) -> Self {
        Self {
            kept: BTreeMap::new(),
            ended: VecDeque::new(),
            lanes: HashMap::new(),
            held: HashMap::new(),
            ready: VecDeque::new(),
            due: BTreeSet::new(),
            errors: Ring::new(MOST, usize::MAX),
            made,
            attempts: 0,
        }
    }

    /// Lets those that were read from JSON go on: who waited for an answer is sent again.
    pub(super) fn resume(&mut self) {
        self.errors.bound(MOST, usize::MAX);
        let mut waiting = Vec::new();
        for (id, webhook) in &mut self.kept {
            webhook.lane = (webhook.receiver(), webhook.event.chat_id());
            if webhook.state == WebhookState::Waiting {
                waiting.push(*id);
            }
        }
        for id in waiting {
            self.enqueue(id);
        }
    }

    /// The highest place of a channel that any of them is of.
    pub(super) fn last_channel(&self) -> usize {
        let errors = self.errors.iter().map(|(channel, _)| *channel);
        self.kept.values().map(|webhook| webhook.channel).chain(errors).max().unwrap_or(0)
    }

    /// The places of the modules that any of them is for.
    pub(super) fn modules(&self) -> impl Iterator<Item = usize> {
        self.kept.values().filter_map(|webhook| webhook.module)
    }

    /// Whether one of them has a place that was not given yet.
    pub(super) fn has_unmade(&self) -> bool {
        self.kept.last_key_value().is_some_and(|(last, _)| *last > self.made)
    }

    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// How many tries have ended.
    pub(crate) fn attempts(&self) -> u64 {
        self.attempts
    }

    /// Whether none waits for its turn or for an answer.
    pub(crate) fn is_idle(&self) -> bool {
        self.lanes.is_empty() && self.held.is_empty()
    }

    /// Whether there is one that can be posted.
    pub(crate) fn are_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Adds the webhook of an event.
    pub(crate) fn add(&mut self, receiver: Receiver, event: Event) {
        self.made += 1;
        let webhook = Webhook {
            channel: receiver.channel,
            module: receiver.module,
            lane: (receiver, event.chat_id()),
            event,
            attempts: Vec::new(),
            state: WebhookState::Waiting,
            held_by: None,
        };
        self.kept.insert(self.made, webhook);
        self.enqueue(self.made);
    }

    /// The next one that can be posted.
    pub(crate) fn next(&mut self) -> Option<u64> {
        self.ready.pop_front()
    }

    /// Lets the next one of the lane go before one whose turn it is. It waits for that no longer than until this time.
    pub(crate) fn postpone(&mut self, id: u64, fault: String, until: Timestamp) {
        let Some(webhook) = self.kept.get_mut(&id) else { return };
        webhook.held_by = Some(fault);
        let lane = webhook.lane.clone();
        let waiting = self.lanes.get_mut(&lane);
        if let Some((waiting, next)) = waiting.and_then(|it| it.pop_front().map(|id| (it, id))) {
            waiting.push_front(id);
            self.ready.push_back(next);
        } else {
            self.lanes.remove(&lane);
            self.held.insert(lane, (until, id));
        }
    }

    /// The fault that has held back one whose turn it is now.
    pub(crate) fn take_hold(&mut self, id: u64) -> Option<String> {
        self.kept.get_mut(&id)?.held_by.take()
    }

    /// Whether one was held back for this one.
    pub(crate) fn is_waited_for(&self, id: u64) -> bool {
        let next = self.kept.get(&id).and_then(|webhook| self.lanes.get(&webhook.lane)?.front());
        next.and_then(|next| self.kept.get(next)).is_some_and(|next| next.held_by.is_some())
    }

    /// Notes how a try ended, and when to try again if it failed.
    pub(crate) fn end(
        &mut self,
        id: u64,
        channel_id: &str,
        (verdict, fault): (Verdict, Option<String>),
        again: Option<Timestamp>,
        (now, took): (Timestamp, Duration),
    ) {
        // A reset may have taken it away.
        let Some(webhook) = self.kept.get_mut(&id) else { return };
        let Verdict { reason, status, detail } = verdict;
        webhook.state = match again {
            _ if reason == WebhookReason::Ok => WebhookState::Delivered,
            Some(_) => WebhookState::Scheduled,
            None => WebhookState::Failed,
        };
        let (state, channel, lane) = (webhook.state, webhook.channel, webhook.lane.clone());
        let is_redelivery = !webhook.attempts.is_empty();
        self.attempts += 1;
        let (seq, at) = (self.attempts, now);
        let attempt = WebhookAttempt {
            seq,
            at,
            reason,
            status,
            detail: detail.clone(),
            is_redelivery,
            took,
            answer: String::new(),
            fault,
        };
        webhook.attempts.push(attempt);
        if reason != WebhookReason::Ok {
            self.count_error(channel, channel_id, reason, detail, now);
        }
        match again.filter(|_| state == WebhookState::Scheduled) {
            Some(again) => {
                self.due.insert((again, id));
            }
            None => self.retire(id),
        }
        match self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) {
            Some(next) => self.ready.push_back(next),
            None => {
                self.lanes.remove(&lane);
            }
        }
    }

    /// Notes what the bot answered to a try.
    pub(crate) fn note_answer(&mut self, id: u64, attempt: u64, answer: String) {
        let webhook = self.kept.get_mut(&id);
        let mut attempts = webhook.into_iter().flat_map(|webhook| &mut webhook.attempts);
        if let Some(of) = attempts.find(|of| of.seq == attempt) {
            of.answer = answer;
        }
    }

    /// Lets those that are to be sent again by now wait for their turn.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(&(at, id)) = self.due.first()
            && at <= now
        {
            self.due.pop_first();
            self.enqueue(id);
        }
        let mut free: Vec<_> = self.held.extract_if(|_, (until, _)| *until <= now).collect();
        free.sort_unstable_by_key(|(_, held)| *held);
        for (lane, (_, id)) in free {
            self.lanes.insert(lane, VecDeque::new());
            self.ready.push_back(id);
        }
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let held = self.held.values().map(|(until, _)| *until);
        self.due.first().map(|(at, _)| *at).into_iter().chain(held).min()
    }

    /// Sends one again that has ended or is to be sent again later. False if there is none.
    pub(crate) fn redeliver(&mut self, id: u64) -> bool {
        let Some(webhook) = self.kept.get(&id) else { return false };
        if webhook.state != WebhookState::Waiting {
            self.due.retain(|(_, scheduled)| *scheduled != id);
            self.enqueue(id);
        }
        true
    }

    /// Those still kept, of one channel or all, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Webhook)> {
        self.kept.iter().map(|(id, webhook)| (*id, webhook))
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Webhook> {
        self.kept.get(&id)
    }

    /// The error statistics of a channel, oldest first.
    pub(crate) fn errors(&self, channel_id: &str) -> impl Iterator<Item = &WebhookError> {
        self.errors.iter().map(|(_, error)| error).filter(move |of| of.channel_id == channel_id)
    }

    fn enqueue(&mut self, id: u64) {
        let Some(webhook) = self.kept.get_mut(&id) else { return };
        webhook.state = WebhookState::Waiting;
        if let Some(waiting) = self.lanes.get_mut(&webhook.lane) {
            waiting.push_back(id);
        } else {
            let held = self.held.remove(&webhook.lane).map(|(_, id)| id);
            self.lanes.insert(webhook.lane.clone(), held.into_iter().collect());
            self.ready.push_back(id);
        }
    }

    /// Forgets the oldest of those that came to an end, if there are too many.
    fn retire(&mut self, id: u64) {
        self.ended.push_back(id);
        if self.ended.len() > MOST
            && let Some(oldest) = self.ended.pop_front()
            && self.kept.get(&oldest).is_some_and(Webhook::has_ended)
        {
            self.kept.remove(&oldest);
        }
    }

    fn count_error(
        &mut self,
        channel: usize,
        channel_id: &str,
        reason: WebhookReason,
        detail: String,
        now: Timestamp,
    ) {
        let same = self.errors.iter_mut().rev().find(|(_, error)| {
            error.channel_id == channel_id && error.reason == reason && error.detail == detail
        });
        match same {
            Some((_, error)) if now.duration_since(error.since) < ONE_ERROR => {
                error.count = error.count.saturating_add(1);
            }
            _ => {
                let channel_id = channel_id.to_owned();
                let error = WebhookError { channel_id, reason, detail, since: now, count: 1 };
                self.errors.push(0, (channel, error));
            }
        }
    }
}

impl Webhook {
    pub(crate) fn receiver(&self) -> Receiver {
        Receiver { channel: self.channel, module: self.module }
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, WebhookState::Delivered | WebhookState::Failed)
    }

    pub(crate) fn describe(&self, id: u64, channel_id: &str) -> WebhookDelivery {
        WebhookDelivery {
            id,
            channel_id: channel_id.to_owned(),
            events: vec![self.event.clone()],
            state: self.state,
            attempts: self.attempts.clone(),
        }
    }
}
