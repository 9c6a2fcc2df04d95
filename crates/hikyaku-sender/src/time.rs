use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A moment on the store's clock, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Creates the moment this many milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Converts to the standard library's type; `None` if that cannot represent the moment.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let from_1970 = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            UNIX_EPOCH.checked_sub(from_1970)
        } else {
            UNIX_EPOCH.checked_add(from_1970)
        }
    }

    /// Whether a calendar shows it.
    pub(crate) fn has_date(self) -> bool {
        Timestamp::from_millisecond(self.0).is_ok()
    }

    /// Returns the time since `earlier`; zero if it lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Time {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(earlier.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(0) + after,
            Err(before) => Self(0) - before.duration(),
        }
    }
}

/// As it is shown.
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// RFC 3339 in UTC, as in `2026-11-22T03:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// The source of time of an embedded store. `PostgreSQL` uses its own clock, so that all workers share one.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The wall clock, but never backwards while the program runs: a wall clock that is set back must not make a retry
    /// key look younger than it is. A suspended machine moves on, because its wall clock does.
    System(Arc<Mutex<Anchor>>),
    Manual(Arc<AtomicI64>),
    Of(Read),
}

/// Another program's clock.
#[derive(Clone)]
struct Read(Arc<dyn Fn() -> Time + Send + Sync>);

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Read")
    }
}

#[derive(Debug)]
struct Anchor {
    time: Time,
    at: Instant,
}

impl Default for Source {
    fn default() -> Self {
        let anchor = Anchor { time: SystemTime::now().into(), at: Instant::now() };
        Self::System(Arc::new(Mutex::new(anchor)))
    }
}

impl Clock {
    /// Creates a clock that moves only by [`advance`](Self::advance) and [`set`](Self::set), for tests. It works with
    /// `PostgreSQL` as well.
    pub fn manual(start: Time) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.as_millis()))))
    }

    /// Creates a clock that reads another source of time, such as a simulator in a test. It works with `PostgreSQL` as
    /// well. The function must be quick, and should not go backwards.
    pub fn from_fn<T: Into<Time>>(now: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(Source::Of(Read(Arc::new(move || now().into()))))
    }

    /// Returns the current time.
    pub fn now(&self) -> Time {
        match &self.0 {
            Source::System(anchor) => {
                let mut anchor = anchor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let steady = anchor.time + anchor.at.elapsed();
                let now = steady.max(SystemTime::now().into());
                if now > steady {
                    *anchor = Anchor { time: now, at: Instant::now() };
                }
                now
            }
            Source::Manual(millis) => Time(millis.load(Ordering::SeqCst)),
            Source::Of(Read(now)) => now(),
        }
    }

    /// Moves a manual clock forward; does nothing on other clocks.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    /// Sets a manual clock, also backwards; does nothing on other clocks.
    pub fn set(&self, time: Time) {
        if let Source::Manual(millis) = &self.0 {
            millis.store(time.as_millis(), Ordering::SeqCst);
        }
    }

    /// The time of a clock that was given, which stands for the database's own.
    pub(crate) fn manual_now(&self) -> Option<Time> {
        matches!(self.0, Source::Manual(_) | Source::Of(_)).then(|| self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_from_the_systems() {
        for millis in [0, 1_764_368_000_123, -1_500] {
            let time = Time::from_millis(millis);
            assert_eq!(time.to_system_time().map(Time::from), Some(time));
        }
    }

    #[test]
    fn the_system_clock_never_goes_back() {
        let clock = Clock::default();
        let Source::System(anchor) = &clock.0 else { unreachable!() };
        let ahead = Time::from(SystemTime::now()) + Duration::from_secs(60 * 60);
        *anchor.lock().unwrap() = Anchor { time: ahead, at: Instant::now() };
        assert!(clock.now() >= ahead);
        assert!(clock.now() < ahead + Duration::from_secs(60));
    }

    #[test]
    fn a_clock_that_is_read_has_the_time_of_its_source_and_cannot_be_set() {
        let source = Arc::new(AtomicI64::new(5));
        let read = source.clone();
        let clock = Clock::from_fn(move || Time(read.load(Ordering::SeqCst)));
        assert_eq!((clock.now(), clock.manual_now()), (Time(5), Some(Time(5))));
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), Time(5));
        source.store(7, Ordering::SeqCst);
        assert_eq!(clock.clone().now(), Time(7));
    }

    #[test]
    fn a_time_is_shown_in_utc() {
        assert_eq!(Time::from_millis(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Time::from_millis(1500).since(Time::from_millis(2000)), Duration::ZERO);
    }
}
