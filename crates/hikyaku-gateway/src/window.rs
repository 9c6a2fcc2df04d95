//! How many calls a token has left in its hour.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hikyaku_sender::Time;

/// Calls in an hour, as LINE Notify allowed.
pub(crate) const CALLS: u32 = 1000;

/// Picture uploads in an hour, as LINE Notify allowed.
pub(crate) const UPLOADS: u32 = 50;

/// A window is fixed: it begins with a token's first call. Two captured answers of LINE Notify fit that.
const LENGTH: Duration = Duration::from_secs(3600);

/// The windows of all tokens. They are in memory: after a restart, each begins anew.
#[derive(Debug, Default)]
pub(crate) struct Windows(Mutex<HashMap<i64, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: Time,
    calls: u32,
    uploads: u32,
}

/// What a call is told of its token's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Whether the call is within the limit.
    pub(crate) granted: bool,
    pub(crate) calls: u32,
    pub(crate) uploads: u32,
    /// In seconds since 1970.
    pub(crate) reset: i64,
}

impl Windows {
    /// Counts a call.
    pub(crate) fn count(&self, token: i64, now: Time) -> Left {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Window { ends: now + LENGTH, calls: 0, uploads: 0 };
        let window = windows.entry(token).or_insert(new);
        if now >= window.ends {
            *window = new;
        }
        let granted = window.calls < CALLS;
        window.calls = (window.calls + 1).min(CALLS);
        let reset = window.ends.as_millis().div_euclid(1000);
        let uploads = UPLOADS - window.uploads;
        Left { granted, calls: CALLS - window.calls, uploads, reset }
    }

    /// Counts an upload of a call that was counted; whether it is within the limit.
    pub(crate) fn count_upload(&self, token: i64) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = windows.get_mut(&token) else { return false };
        let granted = window.uploads < UPLOADS;
        window.uploads = (window.uploads + 1).min(UPLOADS);
        granted
    }

    /// How many uploads a token has left.
    pub(crate) fn uploads(&self, token: i64) -> u32 {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.get(&token).map_or(UPLOADS, |window| UPLOADS - window.uploads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_first_call_and_ends_an_hour_later() {
        let windows = Windows::default();
        let at = |seconds: i64| Time::from_millis((1_800_000_000 + seconds) * 1000);
        let reset = 1_800_003_600;
        assert_eq!(
            windows.count(1, at(0)),
            Left { granted: true, calls: 999, uploads: UPLOADS, reset }
        );
        assert_eq!(
            windows.count(1, at(600)),
            Left { granted: true, calls: 998, uploads: UPLOADS, reset }
        );
        let next = Left { granted: true, calls: 999, uploads: UPLOADS, reset: reset + 3601 };
        assert_eq!(windows.count(1, at(3601)), next);
    }

    #[test]
    fn the_call_after_the_last_is_refused_and_others_are_not() {
        let (windows, now) = (Windows::default(), Time::from_millis(0));
        let all: Vec<_> = (0..CALLS).map(|_| windows.count(1, now)).collect();
        assert!(all.iter().all(|left| left.granted));
        assert_eq!(
            windows.count(1, now),
            Left { granted: false, calls: 0, uploads: UPLOADS, reset: 3600 }
        );
        assert!(windows.count(2, now).granted);
        assert!((0..UPLOADS).all(|_| windows.count_upload(2)) && !windows.count_upload(2));
        assert_eq!((windows.uploads(1), windows.uploads(2)), (UPLOADS, 0));
    }
}
