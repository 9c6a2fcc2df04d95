use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;

/// A token's hourly limits on calls and image uploads, from the headers of a response.
///
/// A value that the server did not send is `None`. An error may have them as well:
///
/// ```
/// use std::time::SystemTime;
///
/// use hikyaku::{Error, notify::RateLimits};
///
/// fn free_again(error: &Error) -> Option<SystemTime> {
///     RateLimits::from_headers(error.headers()).reset
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// The calls per hour; 1,000 by default.
    pub limit: Option<u64>,
    /// The calls left.
    pub remaining: Option<u64>,
    /// The image uploads per hour; 50 by default.
    pub image_limit: Option<u64>,
    /// The image uploads left.
    pub image_remaining: Option<u64>,
    /// The time at which both are reset.
    pub reset: Option<SystemTime>,
}

impl RateLimits {
    /// Reads the `X-RateLimit-` headers of a response or an error.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        Self {
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining"),
            image_limit: number("x-ratelimit-imagelimit"),
            image_remaining: number("x-ratelimit-imageremaining"),
            reset: number("x-ratelimit-reset")
                .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
        }
    }
}
