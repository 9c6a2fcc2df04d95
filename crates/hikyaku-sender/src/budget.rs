use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan as _, Zoned, tz::Offset};
use serde::Serialize;

use crate::{Time, UnknownName};

/// LINE's days and months are those of Japan.
const JAPAN: Offset = Offset::constant(9);

/// A limit on the recipients that the sends of one fairness key may reach in a day or a month.
///
/// A send counts when a worker claims it, with all its recipients, even repeated ones: pushes and multicasts, as in
/// LINE's own quota. It no longer counts if it surely was not sent; a send in doubt keeps counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Budget {
    /// The fairness key.
    pub fairness_key: String,
    /// The maximum number of recipients.
    pub limit: u64,
    /// The period.
    pub per: Per,
    /// What happens to sends that exceed it.
    pub beyond: Beyond,
    /// The number of recipients reached, or possibly reached, since `since`.
    pub used: u64,
    /// The start of the day or month, or of the budget if that was later.
    pub since: Time,
    /// The end of the day or month.
    pub until: Time,
    /// Whether a send is held back because it exceeds the budget.
    pub used_up: bool,
}

/// The period of a [`Budget`]. It begins at midnight in Japan, like LINE's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Per {
    /// A day.
    Day,
    /// A calendar month.
    Month,
}

/// What happens to a send that exceeds a [`Budget`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Beyond {
    /// It waits for the next day or month, or for a larger budget.
    #[default]
    Wait,
    /// It is cancelled; its outcome gives the reason.
    Cancel,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// All values, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name that the command line uses.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            pub(crate) const fn code(self) -> i16 {
                self as i16
            }

            pub(crate) fn from_code(code: i16) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.code() == code)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|it| it.name() == name).ok_or(UnknownName)
            }
        }
    };
}

words!(Per { Day = "day", Month = "month" });
words!(Beyond { Wait = "wait", Cancel = "cancel" });

impl Budget {
    /// A new one.
    pub(crate) fn new(key: String, limit: u64, per: Per, beyond: Beyond, now: Time) -> Self {
        let until = per.end(now);
        Self { fairness_key: key, limit, per, beyond, used: 0, since: now, until, used_up: false }
    }

    /// As it is now: a new day or month begins with nothing used.
    pub(crate) fn at(mut self, now: Time) -> Self {
        if now >= self.until {
            (self.since, self.until) = (self.per.start(now), self.per.end(now));
            (self.used, self.used_up) = (0, false);
        }
        self
    }

    /// Whether it has room for so many recipients.
    pub(crate) fn fits(&self, recipients: u64) -> bool {
        self.used.saturating_add(recipients) <= self.limit
    }

    /// Counts so many recipients, if they fit. Whether they do.
    pub(crate) fn charge(&mut self, recipients: u32) -> bool {
        let recipients = u64::from(recipients);
        let fits = self.fits(recipients);
        if fits {
            self.used = self.used.saturating_add(recipients);
        } else {
            self.used_up = true;
        }
        fits
    }

    /// Whether nine tenths of it are used.
    pub(crate) fn is_nearly_used_up(&self) -> bool {
        // Whole numbers, so that neither end is lost to rounding.
        self.used.saturating_mul(10) >= self.limit.saturating_mul(9)
    }

    /// What was counted at a time surely was not sent.
    pub(crate) fn free(&mut self, at: Time, recipients: u32) {
        if at >= self.since {
            self.used = self.used.saturating_sub(u64::from(recipients));
            self.used_up = false;
        }
    }
}

impl Per {
    /// The beginning of the day or month that a time lies in.
    fn start(self, at: Time) -> Time {
        self.moved(at, 0)
    }

    /// Its end.
    fn end(self, at: Time) -> Time {
        self.moved(at, 1)
    }

    /// The beginning of the day or month so many later. A time beyond all calendars has none, and never ends.
    fn moved(self, at: Time, later: i64) -> Time {
        let found = || -> Option<i64> {
            let here: Zoned =
                Timestamp::from_millisecond(at.as_millis()).ok()?.to_zoned(JAPAN.to_time_zone());
            let (day, span) = match self {
                Self::Day => (here.date(), later.days()),
                Self::Month => (here.date().first_of_month(), later.months()),
            };
            let day = day.checked_add(span).ok()?;
            Some(day.to_zoned(JAPAN.to_time_zone()).ok()?.timestamp().as_millisecond())
        };
        Time::from_millis(found().unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::from_millis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn days_and_months_are_japans() {
        let at = time("2026-12-31T14:59:59Z");
        assert_eq!(Per::Day.start(at), time("2026-12-30T15:00:00Z"));
        assert_eq!(Per::Day.end(at), time("2026-12-31T15:00:00Z"));
        assert_eq!(Per::Month.start(at), time("2026-11-30T15:00:00Z"));
        assert_eq!(Per::Month.end(at), time("2026-12-31T15:00:00Z"));
        let next = time("2026-12-31T15:00:00Z");
        assert_eq!(Per::Month.start(next), next);
        assert_eq!(Per::Month.end(next), time("2027-01-31T15:00:00Z"));
        assert_eq!(Per::Day.end(Time::from_millis(i64::MAX)), Time::from_millis(i64::MAX));
    }

    #[test]
    fn it_has_room_until_it_is_used_up() {
        let now = time("2026-12-24T03:00:00Z");
        let mut budget = Budget::new("shop".to_owned(), 10, Per::Day, Beyond::Wait, now);
        assert!(budget.charge(8) && !budget.is_nearly_used_up());
        assert!(budget.charge(1) && budget.is_nearly_used_up());
        assert!(budget.charge(1) && !budget.used_up);
        assert!(!budget.charge(1) && budget.used_up);
        budget.free(now, 2);
        assert_eq!((budget.used, budget.used_up), (8, false));
        // From before it was there.
        budget.free(time("2026-12-24T02:00:00Z"), 2);
        assert_eq!(budget.used, 8);
        let budget = budget.at(time("2026-12-24T14:59:59Z"));
        assert_eq!(budget.used, 8);
        let budget = budget.at(time("2026-12-24T15:00:00Z"));
        assert_eq!((budget.used, budget.since), (0, time("2026-12-24T15:00:00Z")));
    }

    #[test]
    fn words_and_codes_read_back() {
        for &per in Per::ALL {
            assert_eq!((per.name().parse(), Per::from_code(per.code())), (Ok(per), Some(per)));
        }
        for &it in Beyond::ALL {
            assert_eq!((it.name().parse(), Beyond::from_code(it.code())), (Ok(it), Some(it)));
        }
        assert_eq!("week".parse::<Per>(), Err(UnknownName));
    }
}
