use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long to wait after the given number of attempts: 1 s doubling to 15 min, of which `chance` (0 to 1) takes away
/// up to half, so that many deliveries that failed together do not come back together.
///
/// ```
/// use hikyaku_sender::delivery::backoff;
/// use std::time::Duration;
///
/// assert_eq!(backoff(1, 1.0), Duration::from_secs(1));
/// assert_eq!(backoff(3, 1.0), Duration::from_secs(4));
/// assert_eq!(backoff(60, 1.0), Duration::from_secs(900));
/// assert_eq!(backoff(1, 0.0), Duration::from_millis(500));
/// ```
pub fn backoff(attempts: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(LONGEST).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}
