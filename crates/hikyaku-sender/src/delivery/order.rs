//! Order keys: deliveries of a channel with the same key are sent one after another.
//!
//! No claim considers a delivery that is behind another, until the outcome of the one before frees it. A delivery that
//! is retried again and again is eventually overtaken; then it waits for no other, and no other waits for it.

use std::time::Duration;

use super::{Delivery, State};
use crate::{Lane, Time};

/// How long one that was tried and has not ended keeps those behind it waiting.
const PATIENCE: Duration = Duration::from_secs(60);

/// When to look again at a key that another transaction works on.
const SOON: Duration = Duration::from_millis(100);

/// When one that was overtaken looks again whether another of its key is still in flight.
const LATER: Duration = Duration::from_secs(1);

/// A delivery's place among those of its order key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) key: String,
    /// Those with an earlier one, or with the same and a smaller id, go first. One that was overtaken has none.
    pub(crate) turn: Option<Time>,
    pub(crate) place: Place,
}

/// Whether it is known to wait for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its fairness key stands still, and others go past it.
    Aside = -1,
    Free,
    /// It may overtake the one before it when it is due.
    Next,
    /// What comes of the one before it sets it free.
    Behind,
}

impl Place {
    pub(crate) const ALL: [Self; 4] = [Self::Aside, Self::Free, Self::Next, Self::Behind];

    const fn waits(self) -> bool {
        matches!(self, Self::Next | Self::Behind)
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.code() == code)
    }
}

/// Who of its key is in the way of a delivery that is due.
#[derive(Debug)]
pub(crate) enum Ahead<'a> {
    Nobody,
    /// One that is in flight, or whose own wait is known.
    Another,
    /// Another transaction is at work on one of them.
    Unclear,
    /// The one whose turn is right before.
    Waiting(&'a Delivery),
}

/// What that means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It may be claimed.
    Come,
    /// It waits.
    NotCome,
    /// The one before it has had its time.
    Overtakes,
}

impl Delivery {
    /// Gives it an order key. Its turn is when it is to be sent, so one for tomorrow keeps nobody waiting today.
    pub(crate) fn put_in_order(&mut self, key: String) {
        self.order = Some(Order { key, turn: Some(self.due), place: Place::Free });
    }

    /// Whether it is known to wait for another of its order key.
    pub(crate) fn waits_its_turn(&self) -> bool {
        self.state == State::Ready && self.order.as_ref().is_some_and(|order| order.place.waits())
    }

    /// Whether its turn has come, or until what it waits. `lane_since` is when its lane stood still last for a reason
    /// that is no fault of a delivery's: nobody had a chance until then.
    pub(crate) fn wait_turn(
        &mut self,
        ahead: &Ahead<'_>,
        lane_since: Option<Time>,
        now: Time,
    ) -> Turn {
        let lane = self.lane();
        let Some(order) = &mut self.order else { return Turn::Come };
        let (place, due) = match ahead {
            Ahead::Nobody => return Turn::Come,
            Ahead::Another if order.turn.is_none() => (Place::Free, Some(now + LATER)),
            Ahead::Another => (Place::Behind, None),
            Ahead::Unclear => (Place::Free, Some(now + SOON)),
            Ahead::Waiting(before) if before.waits_its_turn() => (Place::Behind, None),
            Ahead::Waiting(before) => match before.patience_ends(lane, lane_since, now) {
                // It is about to be sent.
                None => (Place::Behind, None),
                // It was not tried for as long as that, because its lane stands still.
                Some(_) if before.key_used_at.is_none() && order.place == Place::Next => {
                    return Turn::Overtakes;
                }
                Some(until) if until > now => (Place::Next, Some(until)),
                Some(_) if before.lane() == lane && before.due <= now => (Place::Behind, None),
                Some(_) => return Turn::Overtakes,
            },
        };
        order.place = place;
        self.due = due.unwrap_or(self.due);
        Turn::NotCome
    }

    /// It keeps nobody waiting any more.
    pub(crate) fn is_overtaken(&mut self) {
        if let Some(order) = &mut self.order {
            order.turn = None;
        }
    }

    /// Its fairness key stands still: it keeps its turn, and nobody waiting.
    pub(crate) fn set_aside(&mut self) {
        if let Some(order) = &mut self.order {
            order.place = Place::Aside;
        }
    }

    /// Nothing keeps it from being claimed any more: the one before it has ended. Whether it was kept.
    pub(crate) fn set_free(&mut self) -> bool {
        match &mut self.order {
            Some(Order { turn: Some(turn), place, .. })
                if self.state == State::Ready && place.waits() =>
            {
                *place = Place::Free;
                self.due = self.due.min(*turn);
                true
            }
            _ => false,
        }
    }

    /// It is behind this one, which may have to be overtaken. Whether that is news.
    pub(crate) fn may_overtake(&mut self, before: &Self, now: Time) -> bool {
        let is_behind = self.order.as_ref().is_some_and(|order| order.place == Place::Behind);
        let waits = self.state == State::Ready && before.state == State::Ready && is_behind;
        let until = before.patience_ends(self.lane(), None, now).filter(|_| waits);
        if let (Some(order), Some(until)) = (&mut self.order, until) {
            order.place = Place::Next;
            self.due = until;
        }
        until.is_some()
    }

    /// Until when the next one, of this lane, waits for it: a minute after it was tried first. One that was not tried yet
    /// is waited for as long as its lane takes; another lane, which may stand still, has a minute from now.
    fn patience_ends(&self, lane: Lane, lane_since: Option<Time>, now: Time) -> Option<Time> {
        match self.key_used_at {
            Some(tried) => Some(tried.max(lane_since.unwrap_or(tried)) + PATIENCE),
            None => (self.lane() != lane).then_some(now + PATIENCE),
        }
    }
}

#[cfg(test)]
mod tests {
    use hikyaku_model::SendKind;
    use uuid::Uuid;

    use super::*;

    fn second(seconds: u64) -> Time {
        Time::from_millis(1_000_000) + Duration::from_secs(seconds)
    }

    fn row(kind: SendKind) -> Delivery {
        let mut row = Delivery::new(kind, 1, Uuid::nil(), second(0));
        row.put_in_order("chat".to_owned());
        row
    }

    fn place(row: &Delivery) -> (Place, Time) {
        (row.order.as_ref().unwrap().place, row.due)
    }

    #[test]
    fn it_is_overtaken_a_minute_after_it_was_tried_and_while_it_is_not_due() {
        let (mut first, mut second_row) = (row(SendKind::Push), row(SendKind::Push));
        let mut wait = |first: &Delivery, since, now| {
            let turn = second_row.wait_turn(&Ahead::Waiting(first), since, second(now));
            (turn, place(&second_row))
        };
        let behind = (Turn::NotCome, (Place::Behind, second(0)));
        assert_eq!(wait(&first, None, 1000), behind, "its lane has not tried it yet");
        first.key_used_at = Some(second(5));
        first.due = second(90);
        let until = |seconds| (Turn::NotCome, (Place::Next, second(seconds)));
        assert_eq!(wait(&first, None, 10), until(65));
        assert_eq!(wait(&first, Some(second(40)), 70), until(100), "its lane stood still");
        assert_eq!(wait(&first, None, 65).0, Turn::Overtakes);
        assert_eq!(wait(&first, None, 90).0, Turn::NotCome, "it is due itself");
    }

    #[test]
    fn one_of_another_lane_is_overtaken_when_it_was_not_tried_for_a_minute() {
        let (first, mut next) = (row(SendKind::Multicast), row(SendKind::Push));
        let ahead = Ahead::Waiting(&first);
        assert_eq!(next.wait_turn(&ahead, None, second(10)), Turn::NotCome);
        assert_eq!(place(&next), (Place::Next, second(70)));
        assert_eq!(next.wait_turn(&ahead, None, second(70)), Turn::Overtakes);
        assert!(next.set_free());
        assert_eq!(place(&next), (Place::Free, second(0)));
    }

    #[test]
    fn one_that_was_overtaken_waits_for_those_in_flight_only() {
        let mut row = row(SendKind::Push);
        row.is_overtaken();
        assert_eq!(row.wait_turn(&Ahead::Another, None, second(0)), Turn::NotCome);
        assert_eq!(place(&row), (Place::Free, second(1)));
        assert_eq!(row.wait_turn(&Ahead::Nobody, None, second(1)), Turn::Come);
    }
}
