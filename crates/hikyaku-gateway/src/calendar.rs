//! Months, which are Japan's, as LINE's own are.

use jiff::{Timestamp, ToSpan as _, Zoned, tz::Offset};

const JAPAN: Offset = Offset::constant(9);

/// The number of the month in which a time lies, in milliseconds since 1970: twelve times the year, and the months before.
pub(crate) fn month(at: i64) -> i64 {
    let found = japan(at);
    found.map_or(0, |it| i64::from(it.year()) * 12 + i64::from(it.month()) - 1)
}

/// How much of the month of a time is over: 0 to 1.
pub(crate) fn share_of_month(at: i64) -> f64 {
    let found = || -> Option<f64> {
        let zoned = japan(at)?;
        let first = zoned.date().first_of_month().to_zoned(JAPAN.to_time_zone()).ok()?;
        let next = first.checked_add(1.month()).ok()?;
        let [start, end] = [&first, &next].map(|it| it.timestamp().as_millisecond());
        Some(ratio(at - start, end - start))
    };
    found().unwrap_or(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a share of a month is an estimate")]
fn ratio(part: i64, whole: i64) -> f64 {
    (part as f64 / whole.max(1) as f64).clamp(0.0, 1.0)
}

fn japan(at: i64) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(JAPAN.to_time_zone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_at_midnight_in_japan() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let (before, after) = (at("2026-11-30T14:59:59Z"), at("2026-11-30T15:00:00Z"));
        assert_eq!((month(before), month(after)), (2026 * 12 + 10, 2026 * 12 + 11));
        assert!(share_of_month(before) > 0.999 && share_of_month(after) < 0.001);
        let half = share_of_month(at("2026-11-15T15:00:00Z"));
        assert!((half - 0.5).abs() < 0.001, "{half}");
    }
}
