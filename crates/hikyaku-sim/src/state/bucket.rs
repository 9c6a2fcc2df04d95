use hikyaku_model::limits::Rate;
use jiff::Timestamp;

/// A token bucket: full at first, refilled evenly.
///
/// LINE says that it uses token buckets, not how large they are. Our choice: as large as the count of the rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// Tokens that were missing at `at`.
    missing: f64,
    at: Timestamp,
}

/// Refilling one token in many small steps must not leave it a hair short.
const HAIR: f64 = 1e-9;

impl Bucket {
    pub(crate) fn full(now: Timestamp) -> Self {
        Self { missing: 0.0, at: now }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Timestamp) -> bool {
        self.missing = self.missing(rate, now);
        self.at = now;
        let free = f64::from(rate.requests) - self.missing >= 1.0 - HAIR;
        if free {
            self.missing += 1.0;
        }
        free
    }

    /// How many whole tokens are in it.
    pub(crate) fn left(&self, rate: Rate, now: Timestamp) -> u32 {
        let left = f64::from(rate.requests) - self.missing(rate, now) + HAIR;
        #[expect(clippy::cast_possible_truncation, reason = "at most the count of the rate")]
        #[expect(clippy::cast_sign_loss, reason = "a negative number becomes 0")]
        let whole = left as u32;
        whole
    }

    fn missing(&self, rate: Rate, now: Timestamp) -> f64 {
        let elapsed = now.duration_since(self.at).as_secs_f64().max(0.0);
        let refilled = elapsed * f64::from(rate.requests) / rate.per.as_secs_f64();
        (self.missing - refilled).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn a_full_bucket_gives_its_count_and_refills_evenly() {
        let rate = Rate::per_second(10);
        let mut bucket = Bucket::full(at(0));
        assert_eq!((0..20).filter(|_| bucket.take(rate, at(0))).count(), 10);
        assert!(!bucket.take(rate, at(99)));
        assert!(bucket.take(rate, at(100)));
        assert!(!bucket.take(rate, at(101)));
        assert_eq!(
            [101, 299, 300, 5000].map(|millis| bucket.left(rate, at(millis))),
            [0, 1, 2, 10]
        );
        assert_eq!((0..20).filter(|_| bucket.take(rate, at(600))).count(), 5);
    }

    #[test]
    fn a_clock_that_goes_back_refills_nothing() {
        let rate = Rate::per_hour(1);
        let mut bucket = Bucket::full(at(10_000));
        assert!(bucket.take(rate, at(10_000)));
        assert!(!bucket.take(rate, at(0)));
    }
}
