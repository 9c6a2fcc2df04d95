use std::{
    error, fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The offset from UTC of the days that LINE counts.
const AHEAD: Duration = Duration::from_secs(9 * 60 * 60);

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// A calendar day, from year 1 to 9999. LINE counts by days of UTC+9, Japan's time.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use hikyaku::Date;
///
/// let day = Date::new(2026, 1, 31).unwrap();
/// assert_eq!("20260131".parse(), Ok(day));
/// assert_eq!("2026-01-31".parse(), Ok(day));
/// assert_eq!(day.to_string(), "2026-01-31");
///
/// // In Japan, the first evening of 1970 is the second day.
/// assert_eq!(Date::at(UNIX_EPOCH + Duration::from_secs(15 * 60 * 60)), Date::new(1970, 1, 2).unwrap());
/// ```
///
/// Yesterday, the latest day with statistics: `Date::at(SystemTime::now() - Duration::from_secs(24 * 60 * 60))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is not a date, or the day does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidDate;

impl Date {
    const FIRST: Self = Self { year: 1, month: 1, day: 1 };
    const LAST: Self = Self { year: 9999, month: 12, day: 31 };

    /// Creates a date from a year (1-9999), a month (1-12) and a day.
    ///
    /// # Errors
    /// The day does not exist.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, InvalidDate> {
        let months = Self::FIRST.month..=Self::LAST.month;
        let years = Self::FIRST.year..=Self::LAST.year;
        if years.contains(&year)
            && months.contains(&month)
            && (1..=days(year, month)).contains(&day)
        {
            Ok(Self { year, month, day })
        } else {
            Err(InvalidDate)
        }
    }

    /// Returns Japan's date at a moment; the first or the last date for moments out of range.
    pub fn at(moment: SystemTime) -> Self {
        let since = |start: SystemTime| moment.duration_since(start);
        let days = match (since(UNIX_EPOCH), since(UNIX_EPOCH - AHEAD)) {
            (Ok(after), _) => {
                let seconds = after.as_secs().saturating_add(AHEAD.as_secs());
                i64::try_from(seconds / SECONDS_A_DAY).unwrap_or(i64::MAX)
            }
            (_, Ok(_)) => 0,
            (_, Err(before)) => {
                let before = before.duration();
                let seconds = before.as_secs() + u64::from(before.subsec_nanos() > 0);
                i64::try_from(seconds.div_ceil(SECONDS_A_DAY)).map_or(i64::MIN, |days| -days)
            }
        };
        Self::after_1970(days)
    }

    /// Returns the date this many days after 1970-01-01.
    fn after_1970(days: i64) -> Self {
        // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of its year.
        // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let days = days.saturating_add(719_468);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
        match (u16::try_from(year), u8::try_from(month), u8::try_from(day)) {
            (Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day).ok(),
            _ => None,
        }
        .unwrap_or(if year < 1 { Self::FIRST } else { Self::LAST })
    }

    /// Returns the year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Returns `yyyyMMdd`, as LINE's queries expect it.
    pub(crate) fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads `yyyyMMdd`, as in LINE's queries, or `yyyy-MM-dd`.
impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let digits = match text.as_bytes() {
            [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
                [y, &[*m1, *m2, *d1, *d2]].concat()
            }
            digits => digits.to_vec(),
        };
        if digits.len() != 8 || !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidDate);
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        let small = |number: u32| u8::try_from(number % 100).map_err(|_| InvalidDate);
        let year = u16::try_from(number / 10_000).map_err(|_| InvalidDate)?;
        Self::new(year, small(number / 100)?, small(number)?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Serialised as its text, `yyyy-MM-dd`; also read from `yyyyMMdd`.
impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is no day; expected one as yyyyMMdd, such as 20260131")
    }
}

impl error::Error for InvalidDate {}

/// Returns the seconds since 1970, or 0 before 1970.
pub(crate) fn unix_seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz};
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> SystemTime {
        let ago = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH - ago } else { UNIX_EPOCH + ago }
    }

    /// Returns jiff's result for the same moment.
    fn expected(moment: SystemTime) -> String {
        let moment = Timestamp::try_from(moment).unwrap();
        tz::offset(9).to_datetime(moment).date().to_string()
    }

    proptest! {
        #[test]
        fn a_moments_day_is_that_of_a_calendar(millis in -62_135_500_000_000_i64..253_402_200_000_000) {
            prop_assert_eq!(Date::at(at(millis)).to_string(), expected(at(millis)));
        }

        #[test]
        fn around_midnight_and_1970_too(days in -2_i64..800_000, millis in -1_i64..=1) {
            let midnight = at((days * 24 - 9) * 3_600_000 + millis);
            prop_assert_eq!(Date::at(midnight).to_string(), expected(midnight));
        }

        #[test]
        fn a_day_exists_where_a_calendar_has_it(year in 0_u16..=10_001, month in 0_u8..=14, day in 0_u8..=33) {
            let date = Date::new(year, month, day);
            let (y, m, d) = (year.cast_signed(), month.cast_signed(), day.cast_signed());
            let known = jiff::civil::Date::new(y, m, d).ok().filter(|_| year > 0);
            prop_assert_eq!(date.ok().map(|date| date.to_string()), known.map(|date| date.to_string()));
            if let Ok(date) = date {
                prop_assert_eq!(date.digits().parse(), Ok(date));
                prop_assert_eq!(date.to_string().parse(), Ok(date));
            }
        }

        #[test]
        fn no_text_stops_the_reader(text in "[0-9-]{0,11}|.{0,12}") {
            if let Ok(date) = text.parse::<Date>() {
                prop_assert!(text == date.digits() || text == date.to_string());
            }
        }
    }

    #[test]
    fn moments_beyond_the_calendar_are_its_ends() {
        assert_eq!(Date::at(UNIX_EPOCH - Duration::from_secs(1 << 40)), Date::FIRST);
        assert_eq!(Date::at(UNIX_EPOCH + Duration::from_secs(1 << 40)), Date::LAST);
    }
}
