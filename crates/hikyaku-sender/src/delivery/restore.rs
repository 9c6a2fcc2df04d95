use super::{Delivery, KEY_FRESH, State};
use crate::{Lane, Time};

const WHY: &str = "restored from a backup, and may have been sent since";

impl Delivery {
    /// The store has forgotten what happened after `since`, so a delivery that waits may have been sent. Whether that
    /// concerned it.
    ///
    /// Its key clears that up, as long as LINE knows it and as it is surely the one that was used last.
    pub(crate) fn forgot(&mut self, since: Time, now: Time) -> bool {
        let waited = match self.state {
            State::Ready => self.due <= now,
            State::InFlight => true,
            _ => false,
        };
        if !waited {
            return false;
        }
        let used = self.key_used_at.map_or(since, |used| used.min(since));
        // In doubt, a key stays what it is. Otherwise attempts that surely did not land replace one that is an hour old.
        let replaced = !self.maybe_landed() && now.since(used) >= KEY_FRESH;
        self.first_maybe_at.get_or_insert(used);
        if replaced || !Lane::of(self.kind).has_retry_key() {
            // No key tells any more, so that only a person who accepts a duplicate may send it again.
            self.key_used_at = Some(Time::from_millis(0));
            self.give_up(WHY);
            return true;
        }
        self.key_used_at = Some(used);
        self.lease_until = None;
        self.last_error = Some(WHY.to_owned());
        if self.state == State::InFlight {
            self.state = State::Ready;
        }
        true
    }
}
