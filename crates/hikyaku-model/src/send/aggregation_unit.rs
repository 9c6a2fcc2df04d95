use super::text::text;
use crate::limits::{Count, Problem};

/// Aggregation units on one push or multicast.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
pub const AGGREGATION_UNITS: Count = Count { min: 0, max: 1 };

text! {
    /// A name that LINE counts a push's or a multicast's opens and taps under: 1-30 of `[a-zA-Z0-9_]`.
    ///
    /// A month has 1,000 names; from the next one on messages are sent, but not counted.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    AggregationUnit: check
}

fn check(name: &str) -> Result<(), Problem> {
    let fits = (1..=30).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(()) } else { Err(Problem::Pattern("^[a-zA-Z0-9_]{1,30}$")) }
}
