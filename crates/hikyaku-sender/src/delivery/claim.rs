use std::time::Duration;

use super::{Delivery, KEY_FRESH, Place, State, UnknownPolicy};
use crate::{Lane, Time};

/// What a claim made of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// Send it, with its key and fence as they are now.
    Send,
    /// Ask how far the narrowcast is.
    Track,
    /// There is nothing to send now: it is final, or waits in another lane.
    Ended,
}

impl Delivery {
    /// Takes a due row for one attempt. When this is durable, the attempt counts as begun.
    pub(crate) fn claim(&mut self, now: Time, lease: Duration) -> Claimed {
        if self.state == State::Tracking {
            // Asking is harmless, so a lost worker needs no sweep: the row simply falls due again.
            self.fence += 1;
            self.due = now + lease;
            return Claimed::Track;
        }
        if self.expired(now) {
            if self.maybe_landed() {
                self.give_up("expired while an earlier attempt was in doubt");
            } else if self.push_instead("its time was over before it could be sent", now) {
                // Another claim takes it, within the limits of its new lane.
            } else {
                self.end(State::Cancelled, Some("expired before it could be sent".to_owned()));
            }
            return Claimed::Ended;
        }
        if self.maybe_landed() {
            if self.key_spent(now) && !self.give_up_or_send_again(now) {
                return Claimed::Ended;
            }
        } else if self
            .key_used_at
            .is_some_and(|used| self.key_spent(now) || now.since(used) >= KEY_FRESH)
        {
            self.rotate_key();
        }
        self.state = State::InFlight;
        if let Some(order) = &mut self.order {
            order.place = Place::Free;
        }
        self.claimed_at = Some(now);
        self.key_used_at.get_or_insert(now);
        self.lease_until = Some(now + lease);
        self.fence += 1;
        self.attempts += 1;
        Claimed::Send
    }

    /// The worker that had it has not come back in time. Whether this was the case.
    pub(crate) fn end_lease(&mut self, now: Time) -> bool {
        if self.state != State::InFlight || self.lease_until.is_some_and(|until| until > now) {
            return false;
        }
        // A lost worker says nothing about LINE, so it must not make the next failure wait longer.
        self.attempts = self.attempts.saturating_sub(1);
        self.doubt("the worker that had it did not come back", now);
        true
    }

    /// Ends a waiting row whose key is spent; for rows that no claim reaches. Whether it changed.
    pub(crate) fn end_key(&mut self, now: Time) -> bool {
        if self.state != State::Ready || !self.maybe_landed() || !self.key_spent(now) {
            return false;
        }
        self.give_up_or_send_again(now);
        true
    }

    /// The attempt in flight may have landed: it waits until `due` to be cleared up, where that is possible.
    pub(super) fn doubt(&mut self, why: &str, due: Time) {
        self.lease_until = None;
        if self.repeats_for().is_some() {
            let began = self.claimed_at.unwrap_or(due);
            self.first_maybe_at.get_or_insert(began);
            self.state = State::Ready;
            self.due = due;
            self.last_error = Some(why.to_owned());
        } else {
            self.give_up(why);
        }
    }

    fn expired(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|expires| expires <= now)
    }

    /// Whether it goes on, with a new key that may send it twice.
    fn give_up_or_send_again(&mut self, now: Time) -> bool {
        if !Lane::of(self.kind).has_retry_key() {
            self.give_up("an attempt may have landed, and the reply token's minute is over");
            return false;
        }
        if self.on_unknown == UnknownPolicy::SendAgain && !self.expired(now) {
            self.rotate_key();
            return true;
        }
        self.give_up("LINE no longer knows the retry key of an attempt that may have landed");
        false
    }
}
