use serde::Serialize;

use crate::{Checker, limits::Problem};

/// The maximum JSON size of a bubble: 30 KB.
///
/// LINE does not say how it counts. This crate counts UTF-8 without whitespace, and 1,024 bytes as a KB.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#bubble>
pub const BUBBLE_BYTES: usize = 30 * 1024;

/// The maximum JSON size of a carousel: 50 KB, counted like [`BUBBLE_BYTES`].
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-carousel>
pub const CAROUSEL_BYTES: usize = 50 * 1024;

/// Checks the size of a value's JSON, and returns it.
pub(super) fn check_bytes(value: &impl Serialize, max: usize, checker: &mut Checker) -> usize {
    // Messages have string keys, so they always serialise.
    let actual = serde_json::to_vec(value).map_or(0, |json| json.len());
    if actual > max {
        checker.report(Problem::Bytes { max, actual });
    }
    actual
}
