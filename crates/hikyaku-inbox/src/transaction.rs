use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use hikyaku_sender::{Datum, NewDelivery, Outbox, Time};

use crate::{
    later::Later,
    store::{Early, NewPart, Pushes, WatchedReply},
};

/// A transaction that collects everything to commit together with "handled": it commits once, or not at all if the
/// attempt fails, its process is killed, or another process has taken the event over. A clone collects for the same
/// attempt.
#[derive(Clone)]
pub struct EventTransaction(Arc<Inner>);

struct Inner {
    claim: ClaimOf,
    collected: Mutex<Option<Collected>>,
}

/// The claim of an attempt.
#[derive(Clone)]
pub(crate) struct ClaimOf {
    pub(crate) outbox: Outbox,
    pub(crate) id: i64,
    pub(crate) lease: String,
    pub(crate) attempt: i64,
    pub(crate) late: bool,
    pub(crate) destination: String,
    pub(crate) event_id: String,
    /// The chat, prefixed with the bot's id.
    pub(crate) chat: String,
    /// The part that an earlier attempt has sent already.
    pub(crate) given: Option<String>,
    /// The button for answers that are not pushed, and how many pushes the chat may cost in a day.
    pub(crate) pushes: Option<(Later, u32)>,
    /// How many it has cost today.
    pub(crate) pushed: u32,
}

impl ClaimOf {
    /// Returns the button for answers that are not pushed.
    pub(crate) fn later(&self) -> Option<&Later> {
        self.pushes.as_ref().map(|(later, _)| later)
    }

    /// Returns the button if no push is left for this event.
    pub(crate) fn button(&self) -> Option<&Later> {
        self.pushes.as_ref().filter(|(_, most)| self.pushed >= *most).map(|(later, _)| later)
    }
}

#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) statements: Vec<(String, Vec<Datum>)>,
    pub(crate) sends: Vec<NewDelivery>,
    /// Parts of an answer that users fetch.
    pub(crate) parts: Vec<NewPart>,
    /// The reply that is looked after: nothing is pushed in its place, or a push in its place counts.
    pub(crate) reply: Option<WatchedReply>,
    /// The sends of answers that are pushed: at once, or from the end of a reply token.
    pub(crate) pushes: Vec<Option<Time>>,
    /// Whether the event's reply token is used, by an answer or by the button.
    is_replied: bool,
    /// Whether the button for the first part of the answer has used it.
    has_button: bool,
}

impl EventTransaction {
    pub(crate) fn new(claim: ClaimOf) -> Self {
        // A part sent by an earlier attempt has used the reply token.
        let collected = Collected {
            is_replied: claim.given.is_some(),
            has_button: claim.given.as_deref() == Some(""),
            ..Collected::default()
        };
        Self(Arc::new(Inner { claim, collected: Mutex::new(Some(collected)) }))
    }

    pub(crate) fn claim(&self) -> &ClaimOf {
        &self.0.claim
    }

    /// Returns whether the event's reply token may be used; true only for the first caller.
    pub(crate) fn may_reply(&self) -> bool {
        self.lock().as_mut().is_some_and(|it| !std::mem::replace(&mut it.is_replied, true))
    }

    /// Notes that the button for the first part of the answer is sent.
    pub(crate) fn sends_button(&self) {
        if let Some(collected) = self.lock().as_mut() {
            collected.has_button = true;
        }
    }

    /// Returns whether a part of an answer is fetched by a button that is sent: nothing else is behind it.
    pub(crate) fn may_keep_first(&self) -> bool {
        self.lock().as_ref().is_some_and(|it| it.has_button && it.parts.is_empty())
    }

    /// Stores a part of an answer to be fetched.
    pub(crate) fn keep(&self, part: NewPart) -> Result<(), NotOpen> {
        self.lock().as_mut().ok_or(NotOpen::Ended)?.parts.push(part);
        Ok(())
    }

    /// Sends a part of an answer at once, whatever the result of the attempt, and stores what was sent by then. Returns
    /// whether the event still belonged to this attempt.
    pub(crate) async fn send_early(
        &self,
        send: NewDelivery,
        given: String,
        reply: Option<ReplyPlace<'_>>,
    ) -> Result<bool, hikyaku_sender::Error> {
        let ClaimOf { outbox, id, lease, attempt, .. } = self.claim();
        let key = format!("{}:early", self.key());
        let reply = reply.filter(|it| !it.or_push || self.limit().is_some());
        let reply = reply.map(|place| place.under(&key));
        let send = send.or_idempotency_key(key);
        let (id, lease, attempt) = (*id, lease.clone(), *attempt);
        outbox.transact(Early { id, lease, attempt, send, given, reply }).await
    }

    /// Enqueues a reply that nothing is pushed in place of: a person is told where it does not arrive.
    pub(crate) fn enqueue_only_reply(
        &self,
        reply: NewDelivery,
        place: ReplyPlace<'_>,
    ) -> Result<(), NotOpen> {
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        let key = format!("{}:{}", self.key(), collected.sends.len());
        collected.reply = Some(place.under(&key));
        collected.sends.push(reply.or_idempotency_key(key));
        Ok(())
    }

    /// Enqueues a part of an answer that is pushed: at once, or if it is a reply that does not arrive.
    pub(crate) fn enqueue_pushed(
        &self,
        send: NewDelivery,
        reply: Option<ReplyPlace<'_>>,
    ) -> Result<(), NotOpen> {
        let counts = self.limit().is_some();
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        let key = format!("{}:{}", self.key(), collected.sends.len());
        collected.pushes.push(reply.map(|it| Time::from(it.ends_at)));
        if let Some(reply) = reply.filter(|_| counts) {
            collected.reply = Some(reply.under(&key));
        }
        collected.sends.push(send.or_idempotency_key(key));
        Ok(())
    }

    /// Returns what the answers collected so far may cost.
    pub(crate) fn cost(&self, pushes: Vec<Option<Time>>) -> Option<Pushes> {
        Some(Pushes { chat: self.claim().chat.clone(), limit: self.limit()?, from: pushes })
    }

    /// Returns how many pushes a chat may cost in a day, if any are counted.
    fn limit(&self) -> Option<u32> {
        limit(self.claim().pushes.as_ref())
    }

    /// Returns how many pushes the answers in this chat may still cost today; `None` without a
    /// [budget](crate::Settings::daily_pushes).
    pub fn pushes_left(&self) -> Option<u32> {
        let (_, most) = self.claim().pushes.as_ref()?;
        // A reply is free while its token is valid.
        let pushes = |it: &Collected| it.pushes.iter().filter(|from| from.is_none()).count();
        let collected = self.lock().as_ref().map_or(0, pushes);
        let used = u64::from(self.claim().pushed).saturating_add(collected as u64);
        Some(most.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)))
    }

    fn key(&self) -> String {
        let ClaimOf { destination, event_id, .. } = self.claim();
        format!("inbox:{destination}:{event_id}")
    }

    /// Returns what was collected, and closes the transaction.
    pub(crate) fn close(&self) -> Collected {
        self.lock().take().unwrap_or_default()
    }

    /// Enqueues a send in the outbox. It needs no idempotency key: by default the key consists of the event and the
    /// send's position among the event's sends. A send that breaks a rule makes the attempt fail when it is committed.
    ///
    /// # Errors
    /// The attempt has ended.
    pub fn enqueue(&self, delivery: NewDelivery) -> Result<(), NotOpen> {
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        let key = format!("{}:{}", self.key(), collected.sends.len());
        collected.sends.push(delivery.or_idempotency_key(key));
        Ok(())
    }

    /// Runs one SQL statement on your own tables in the same database, with parameters `$1`, `$2` and so on in the
    /// order in which they first appear. Statements run in order, before the sends. A failing one makes the attempt
    /// fail.
    ///
    /// # Errors
    /// The attempt has ended.
    pub fn execute(
        &self,
        sql: impl Into<String>,
        params: impl Into<Vec<Datum>>,
    ) -> Result<(), NotOpen> {
        let mut collected = self.lock();
        let collected = collected.as_mut().ok_or(NotOpen::Ended)?;
        collected.statements.push((sql.into(), params.into()));
        Ok(())
    }

    /// Returns whether a later event of this chat was handled before this one: LINE redelivered it too late.
    pub fn is_late(&self) -> bool {
        self.0.claim.late
    }

    /// Returns the number of this attempt, from 1. Effects of earlier attempts outside this transaction may have
    /// happened.
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.0.claim.attempt).unwrap_or(u32::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Collected>> {
        self.0.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a reply is in the outbox, and when its token ends.
#[derive(Clone, Copy)]
pub(crate) struct ReplyPlace<'a> {
    pub(crate) channel: Option<&'a str>,
    pub(crate) ends_at: SystemTime,
    /// Whether it is pushed where LINE refuses it.
    pub(crate) or_push: bool,
}

/// Returns how many pushes a chat may cost in a day by these settings, if any are counted.
pub(crate) fn limit(pushes: Option<&(Later, u32)>) -> Option<u32> {
    pushes.map(|(_, most)| *most).filter(|most| *most > 0)
}

impl ReplyPlace<'_> {
    fn under(self, key: &str) -> WatchedReply {
        let channel = self.channel.unwrap_or("default").to_owned();
        let (ends_at, or_push) = (Time::from(self.ends_at), self.or_push);
        WatchedReply { channel, key: key.to_owned(), ends_at, or_push }
    }
}

impl fmt::Debug for EventTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTransaction")
            .field("attempt", &self.0.claim.attempt)
            .field("late", &self.0.claim.late)
            .finish_non_exhaustive()
    }
}

/// Nothing can be committed together with "handled".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotOpen {
    /// The event does not come from an inbox.
    NoInbox,
    /// The attempt has ended: its handler is done, or was dropped at its timeout.
    Ended,
}

impl fmt::Display for NotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoInbox => {
                "this event does not come from an inbox; serve it by `Inbox::callback`"
            }
            Self::Ended => "the attempt is over, and what it did was settled without this",
        })
    }
}

impl std::error::Error for NotOpen {}
