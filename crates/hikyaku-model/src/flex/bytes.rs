use serde::Serialize;

use crate::{Checker, limits::Problem};

/// The JSON of a bubble: at most 30 KB.
///
/// LINE does not say how it counts; this is UTF-8 without blanks, and a KB of 1,024 bytes.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bubble>
pub const BUBBLE_BYTES: usize = 30 * 1024;

/// The JSON of a carousel: at most 50 KB, counted as [`BUBBLE_BYTES`] are.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-carousel>
pub const CAROUSEL_BYTES: usize = 50 * 1024;

/// Checks how large a value's JSON is, and returns that.
pub(super) fn check_bytes(value: &impl Serialize, max: usize, checker: &mut Checker) -> usize {
    // Messages have string keys, so they can always be written.
    let actual = serde_json::to_vec(value).map_or(0, |json| json.len());
    if actual > max {
        checker.report(Problem::Bytes { max, actual });
    }
    actual
}
