use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz};

use super::json;

/// The calendar day in Japan, which LINE counts in.
pub(crate) fn day(now: Timestamp) -> Date {
    tz::offset(9).to_datetime(now).date()
}

/// When the next day begins in Japan.
pub(crate) fn next_day(now: Timestamp) -> Timestamp {
    begin(day(now).tomorrow().unwrap_or(Date::MAX))
}

/// When the next month begins in Japan.
pub(crate) fn next_month(now: Timestamp) -> Timestamp {
    begin(day(now).last_of_month().tomorrow().unwrap_or(Date::MAX))
}

/// When a day begins in Japan.
fn begin(day: Date) -> Timestamp {
    tz::offset(9).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

/// A calendar month in Japan.
///
/// LINE does not say in which time zone a month ends. Our choice: Japan's, as its dates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Month(i16, i8);

impl Month {
    pub(crate) fn of(now: Timestamp) -> Self {
        let day = day(now);
        Self(day.year(), day.month())
    }
}

/// A channel's messages of each month: one per recipient, whatever the number of message objects. A clock that is set back
/// finds what was used then.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/pricing/>
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quota {
    limit: Option<u64>,
    #[serde(with = "json::pairs")]
    used: BTreeMap<Month, u64>,
    /// What running narrowcasts may still send.
    reserved: u64,
}

impl Quota {
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self { limit, used: BTreeMap::new(), reserved: 0 }
    }

    pub(crate) fn set(&mut self, limit: Option<u64>, used: u64, now: Timestamp) {
        self.limit = limit;
        self.used.insert(Month::of(now), used);
    }

    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// How many were sent in this month.
    pub(crate) fn used(&self, now: Timestamp) -> u64 {
        self.used.get(&Month::of(now)).copied().unwrap_or(0)
    }

    fn add(&mut self, recipients: u64, now: Timestamp) {
        let used = self.used.entry(Month::of(now)).or_default();
        *used = used.saturating_add(recipients);
    }

    /// What may be sent now, or nothing where there is no limit.
    pub(crate) fn remaining(&self, now: Timestamp) -> Option<u64> {
        let used = self.used(now);
        self.limit.map(|limit| limit.saturating_sub(used).saturating_sub(self.reserved))
    }

    /// Counts a send to so many recipients, or refuses it whole.
    pub(crate) fn take(&mut self, recipients: u64, now: Timestamp) -> bool {
        let fits = self.remaining(now).is_none_or(|remaining| recipients <= remaining);
        if fits {
            self.add(recipients, now);
        }
        fits
    }

    /// Keeps so many back for a narrowcast, or refuses.
    pub(crate) fn reserve(&mut self, recipients: u64, now: Timestamp) -> bool {
        let fits = self.remaining(now).is_none_or(|remaining| recipients <= remaining);
        if fits {
            self.reserved = self.reserved.saturating_add(recipients);
        }
        fits
    }

    /// Turns a part of a reservation into sent messages.
    pub(crate) fn spend(&mut self, recipients: u64, now: Timestamp) {
        self.add(recipients, now);
        self.release(recipients);
    }

    /// Gives back what a narrowcast did not need.
    pub(crate) fn release(&mut self, recipients: u64) {
        self.reserved = self.reserved.saturating_sub(recipients);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_day_and_month_begin_at_midnight_in_japan() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, day, month) in [
            ("2026-11-30T14:59:59Z", "2026-11-30T15:00:00Z", "2026-11-30T15:00:00Z"),
            ("2026-11-30T15:00:00Z", "2026-12-01T15:00:00Z", "2026-12-31T15:00:00Z"),
            ("2028-02-28T15:00:00Z", "2028-02-29T15:00:00Z", "2028-02-29T15:00:00Z"),
        ] {
            assert_eq!((next_day(at(now)), next_month(at(now))), (at(day), at(month)), "{now}");
        }
    }

    #[test]
    fn a_month_ends_at_midnight_in_japan() {
        let last = "2026-08-31T14:59:59Z".parse().unwrap();
        let first = "2026-08-31T15:00:00Z".parse().unwrap();
        let mut quota = Quota::new(Some(2));
        assert!(quota.take(2, last));
        assert!(!quota.take(1, last));
        assert_eq!(quota.remaining(first), Some(2));
        assert!(quota.take(1, first));
        // A clock that is set back comes to the month that is used up, and finds the next one as it was.
        assert_eq!((quota.remaining(last), quota.remaining(first)), (Some(0), Some(1)));
    }

    #[test]
    fn a_reservation_holds_others_back_until_it_is_released() {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        let mut quota = Quota::new(Some(100));
        assert!(quota.reserve(90, now));
        assert!(!quota.take(11, now));
        quota.spend(30, now);
        quota.release(60);
        assert_eq!((quota.used(now), quota.remaining(now)), (30, Some(70)));
    }

    #[test]
    fn the_largest_reservation_there_is_does_not_overflow() {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        let mut quota = Quota::new(None);
        assert!(quota.reserve(u64::MAX, now) && quota.reserve(1, now));
        quota.set(Some(1), 0, now);
        assert!(!quota.take(1, now));
    }
}
