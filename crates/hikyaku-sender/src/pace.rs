//! The pacing of a lane: pure arithmetic over the stored state of the lane.

use std::{collections::HashMap, time::Duration};

use hikyaku_model::limits::{Rate, rates};

use crate::{Lane, Time, fairness::Served};

/// Whether each send is written down and counted exactly. Buckets are for limits that fill in seconds; an hour's worth
/// must survive restarts to the last request.
pub(crate) fn is_exact(rate: Rate) -> bool {
    rate.per > Duration::from_secs(60)
}

/// The window that an exact count looks at: the limit's own and some for clocks and networks.
pub(crate) fn window(rate: Rate) -> Duration {
    rate.per + Duration::from_secs(10)
}

/// The rate limit of every lane. The default is LINE's.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rate-limits>
#[derive(Clone, Debug)]
pub struct Limits {
    lanes: HashMap<Lane, Rate>,
    /// Those of single channels, which go before.
    channels: HashMap<String, HashMap<Lane, Option<Rate>>>,
}

impl Default for Limits {
    fn default() -> Self {
        let usual = |&lane: &Lane| {
            let rate = match lane {
                Lane::Multicast => rates::MULTICAST,
                Lane::Broadcast => rates::BROADCAST,
                Lane::Narrowcast => rates::NARROWCAST,
                Lane::Push | Lane::Reply | Lane::Phone | Lane::NarrowcastProgress => rates::USUAL,
            };
            (lane, rate)
        };
        Self { lanes: Lane::ALL.iter().map(usual).collect(), channels: HashMap::new() }
    }
}

impl Limits {
    /// Creates limits that allow any rate, for a server without limits.
    pub fn none() -> Self {
        Self { lanes: HashMap::new(), channels: HashMap::new() }
    }

    /// Sets the rate limit of a lane; `None` removes it.
    pub fn set(&mut self, lane: Lane, rate: Option<Rate>) {
        match rate {
            Some(rate) => self.lanes.insert(lane, rate),
            None => self.lanes.remove(&lane),
        };
    }

    /// Sets the rate limit of a lane of one channel, whatever that of all channels is; `None` means that it has none.
    pub fn set_for(&mut self, channel: impl Into<String>, lane: Lane, rate: Option<Rate>) {
        self.channels.entry(channel.into()).or_default().insert(lane, rate);
    }

    /// Returns the rate limit of a lane, for channels without one of their own.
    pub fn get(&self, lane: Lane) -> Option<Rate> {
        self.lanes.get(&lane).copied()
    }

    /// Returns the rate limit of a lane of a channel.
    pub fn of(&self, channel: &str, lane: Lane) -> Option<Rate> {
        let own = self.channels.get(channel).and_then(|lanes| lanes.get(&lane)).copied();
        own.unwrap_or_else(|| self.get(lane))
    }
}

/// The reason why a lane is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HoldReason {
    /// LINE reported that its rate limit was exceeded.
    Rate,
    /// The monthly quota is used up.
    Quota,
    /// LINE refuses the channel access token.
    Unauthorized,
    /// LINE does not answer, or only with errors.
    LineDown,
}

impl HoldReason {
    const ALL: [Self; 4] = [Self::Rate, Self::Quota, Self::Unauthorized, Self::LineDown];

    /// Returns the name that the command line uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Quota => "quota",
            Self::Unauthorized => "unauthorized",
            Self::LineDown => "line_down",
        }
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// The shortest hold; it doubles with every strike.
const FIRST_HOLD: Duration = Duration::from_secs(1);

/// The longest hold.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// The longest wait, of a lane or of a delivery, where LINE gave no answer: with the ten seconds that an attempt lasts, the
/// work goes on within a minute once the network is back.
pub(crate) const LONGEST_SILENCE: Duration = Duration::from_secs(30);

/// A lane that has been quiet so long gets a tenth of its rate back, and forgets its strikes.
const QUIET: Duration = Duration::from_secs(60);

/// The share of LINE's limit that is spent steadily, and the share that may be spent at once. A permit is spent up to 100
/// ms after it was granted, so what goes out in any second was granted in 1.1: 0.85 * 1.1 + 0.05, which leaves 1.5 % for
/// bunching on the way.
const STEADY: f64 = 0.85;
const BURST: f64 = 0.05;

/// A lane that stands still again for the same reason within this time has not gone on meanwhile.
const GOES_ON: Duration = Duration::from_secs(10 * 60);

/// How far the clocks of two steps may differ before the later one counts as set back.
const CLOCK_ERROR: Duration = Duration::from_secs(5);

/// The slowest that a storm of 429 makes a lane.
const SLOWEST: f64 = 1.0 / 64.0;

/// One lane of one channel, as the store holds it for all workers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) tokens: f64,
    pub(crate) at: Time,
    /// The share of the rate that is left after 429s.
    pub(crate) slow: f64,
    pub(crate) slowed_at: Time,
    pub(crate) strikes: u32,
    pub(crate) hold_until: Option<Time>,
    pub(crate) hold_reason: Option<HoldReason>,
    /// Whose turn it was.
    pub(crate) served: Served,
}

impl Bucket {
    /// With one permit, so that a clock of tests that stands still lets something go. It is written down once and for all
    /// restarts, so a crash loop gains nothing by it.
    pub(crate) fn new(now: Time) -> Self {
        Self {
            tokens: 1.0,
            at: now,
            slow: 1.0,
            slowed_at: now,
            strikes: 0,
            hold_until: None,
            hold_reason: None,
            served: Served::default(),
        }
    }

    /// The hold that still stands.
    pub(crate) fn held(&self, now: Time) -> Option<(Time, HoldReason)> {
        // A clock that was set back would make it last for hours.
        if self.at.since(now) > CLOCK_ERROR {
            return None;
        }
        let until = self.hold_until.filter(|until| *until > now)?;
        Some((until, self.hold_reason?))
    }

    /// Whether a hold of this kind is told, or only goes on: each of a token that LINE refuses is over in a minute, and
    /// comes again.
    pub(crate) fn is_news(&self, reason: HoldReason, now: Time) -> bool {
        self.hold_reason != Some(reason)
            || self.hold_until.is_none_or(|until| now.since(until) > GOES_ON)
    }

    /// Takes up to `want` permits, or says when there will be one.
    pub(crate) fn take(&mut self, rate: Rate, want: u32, now: Time) -> Result<u32, Time> {
        self.refill(rate, now);
        let granted = whole(self.tokens).min(want);
        self.tokens -= f64::from(granted);
        if granted > 0 || want == 0 {
            return Ok(granted);
        }
        let seconds = (1.0 - self.tokens) / self.per_second(rate);
        Err(now + Duration::from_secs_f64(seconds.clamp(0.001, 3600.0)) + Duration::from_millis(1))
    }

    /// Puts back permits that were not used.
    pub(crate) fn give_back(&mut self, rate: Rate, permits: u32) {
        self.tokens = (self.tokens + f64::from(permits)).min(capacity(rate));
    }

    /// Takes back permits that were granted and not spent. What is too much for the bucket runs over with the next take.
    pub(crate) fn put_back(&mut self, permits: u32) {
        self.tokens += f64::from(permits);
    }

    /// LINE said stop. Answers to requests that were on their way together count once.
    pub(crate) fn hold(&mut self, reason: HoldReason, at_least: Duration, chance: f64, now: Time) {
        if self.held(now).is_none() {
            self.ease(now);
            if reason == HoldReason::Rate {
                self.slow = (self.slow / 2.0).max(SLOWEST);
            }
            self.slowed_at = now;
            self.strikes = (self.strikes + 1).min(16);
        }
        let longest = match reason {
            HoldReason::LineDown => LONGEST_SILENCE,
            HoldReason::Rate | HoldReason::Quota | HoldReason::Unauthorized => LONGEST_HOLD,
        };
        let doubled = FIRST_HOLD.saturating_mul(1 << self.strikes.saturating_sub(1)).min(longest);
        let wait = doubled.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0)).max(at_least);
        let until = now + wait;
        if self.hold_until.is_none_or(|held| held < until) {
            self.hold_until = Some(until);
            self.hold_reason = Some(reason);
        }
        self.tokens = 0.0;
        self.at = now;
    }

    /// Holds it without LINE having said so: it cannot send what comes next.
    pub(crate) fn park(&mut self, reason: HoldReason, until: Time) {
        self.hold_until = Some(until);
        self.hold_reason = Some(reason);
    }

    /// Ends a hold of this kind: what it waited for has come.
    pub(crate) fn release(&mut self, reason: HoldReason) {
        if self.hold_reason == Some(reason) {
            self.hold_until = None;
            self.hold_reason = None;
        }
    }

    fn refill(&mut self, rate: Rate, now: Time) {
        self.ease(now);
        // A clock that was set back starves the lane for no longer than this.
        if self.at.since(now) > CLOCK_ERROR {
            self.at = now;
        }
        let elapsed = now.since(self.at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.per_second(rate)).min(capacity(rate));
        self.at = self.at.max(now);
    }

    fn ease(&mut self, now: Time) {
        let quiet = now.since(self.slowed_at).as_secs() / QUIET.as_secs();
        if quiet > 0 {
            self.slow =
                (self.slow + 0.1 * f64::from(u32::try_from(quiet).unwrap_or(u32::MAX))).min(1.0);
            self.strikes = 0;
            self.slowed_at = now;
        }
    }

    fn per_second(&self, rate: Rate) -> f64 {
        f64::from(rate.requests) / rate.per.as_secs_f64() * STEADY * self.slow
    }
}

/// How many requests a second a lane may send steadily.
pub(crate) fn steadily(rate: Rate, bucket: Option<&Bucket>) -> f64 {
    if is_exact(rate) {
        return f64::from(rate.requests) / window(rate).as_secs_f64();
    }
    let per_second = f64::from(rate.requests) / rate.per.as_secs_f64() * STEADY;
    per_second * bucket.map_or(1.0, |bucket| bucket.slow)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are between 0 and a capacity that fits"
)]
fn whole(tokens: f64) -> u32 {
    tokens as u32
}

fn capacity(rate: Rate) -> f64 {
    (f64::from(rate.requests) / rate.per.as_secs_f64() * BURST).max(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(ms: u64) -> Time {
        Time::from_millis(1_000_000) + Duration::from_millis(ms)
    }

    #[test]
    fn a_busy_lane_gets_most_of_its_limit_and_never_more() {
        let rate = Rate::per_second(2000);
        let mut bucket = Bucket::new(millis(0));
        let mut sent = Vec::new();
        for ms in 0..4000 {
            if let Ok(granted) = bucket.take(rate, 200, millis(ms)) {
                sent.extend(std::iter::repeat_n(ms, granted as usize));
            }
        }
        assert!(sent.len() >= 4 * 1600, "{}", sent.len());
        for start in 0..3000 {
            let window = sent.iter().filter(|ms| (start..start + 1000).contains(*ms)).count();
            assert!(window <= 2000, "{window} from {start}");
        }
    }

    proptest! {
        #[test]
        fn no_second_has_more_than_the_limit(
            limit in 1_u32..3000,
            steps in prop::collection::vec((0_u64..400, 0_u32..500, any::<bool>()), 1..60),
        ) {
            let rate = Rate::per_second(limit);
            let mut bucket = Bucket::new(millis(0));
            let (mut at, mut sent) = (0, Vec::new());
            for (wait, want, held) in steps {
                at += wait;
                if held && want == 7 {
                    bucket.hold(HoldReason::Rate, Duration::ZERO, 0.5, millis(at));
                }
                sent.push((at, bucket.take(rate, want, millis(at)).unwrap_or(0)));
            }
            for (start, _) in &sent {
                let window: u32 = sent.iter().filter(|(at, _)| (*start..start + 1000).contains(at)).map(|(_, n)| n).sum();
                prop_assert!(window <= limit, "{} of {}", window, limit);
            }
        }
    }

    #[test]
    fn many_answers_of_one_storm_count_as_one_strike() {
        let mut bucket = Bucket::new(millis(0));
        for _ in 0..64 {
            bucket.hold(HoldReason::Rate, Duration::ZERO, 1.0, millis(0));
        }
        assert_eq!(bucket.held(millis(999)), Some((millis(1000), HoldReason::Rate)));
        assert_eq!(bucket.held(millis(1000)), None);
        assert!((bucket.slow - 0.5).abs() < 1e-9);
        bucket.hold(HoldReason::Rate, Duration::ZERO, 1.0, millis(1000));
        assert_eq!(bucket.held(millis(2999)), Some((millis(3000), HoldReason::Rate)));
    }

    #[test]
    fn quiet_minutes_give_the_rate_back() {
        let mut bucket = Bucket::new(millis(0));
        bucket.hold(HoldReason::Rate, Duration::ZERO, 1.0, millis(0));
        bucket.take(Rate::per_second(10), 1, millis(180_000)).unwrap();
        assert!((bucket.slow - 0.8).abs() < 1e-9, "{}", bucket.slow);
    }

    #[test]
    fn a_clock_set_back_or_forward_gives_no_flood() {
        let rate = Rate::per_second(100);
        let mut bucket = Bucket::new(millis(10_000));
        assert_eq!(bucket.take(rate, 100, millis(1_000_000_000)), Ok(5));
        assert!(bucket.take(rate, 100, millis(0)).is_err());
        assert_eq!(bucket.take(rate, 100, millis(1000)), Ok(5));
    }

    #[test]
    fn rates_are_read_as_they_are_written() {
        assert_eq!("2000/s".parse(), Ok(Rate::per_second(2000)));
        assert_eq!("60/h".parse(), Ok(Rate::per_hour(60)));
        for wrong in ["", "5", "0/s", "-1/s", "5/d"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
