use super::text::text;
use crate::limits::{Count, Problem};

/// The number of aggregation units on one push or multicast.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
pub const AGGREGATION_UNITS: Count = Count { min: 0, max: 1 };

text! {
    /// A name under which LINE counts the opens and taps of a push or multicast: 1-30 of `[a-zA-Z0-9_]`.
    ///
    /// A month allows 1,000 names. Messages with further names are sent, but not counted.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    AggregationUnit: check
}

fn check(name: &str) -> Result<(), Problem> {
    let fits = (1..=30).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(()) } else { Err(Problem::Pattern("^[a-zA-Z0-9_]{1,30}$")) }
}
