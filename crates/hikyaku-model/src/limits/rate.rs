use std::{fmt, str::FromStr, time::Duration};

/// A rate limit: the number of requests in a period, for each channel and each endpoint.
///
/// ```
/// use hikyaku_model::limits::Rate;
///
/// assert_eq!("60/h".parse(), Ok(Rate::per_hour(60)));
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rate-limits>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number of requests.
    pub requests: u32,
    /// The period.
    pub per: Duration,
}

impl Rate {
    /// Creates a rate of this many requests per second.
    pub const fn per_second(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(1) }
    }

    /// Creates a rate of this many requests per minute.
    pub const fn per_minute(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(60) }
    }

    /// Creates a rate of this many requests per hour.
    pub const fn per_hour(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(60 * 60) }
    }
}

/// Reads `2000/s`, `60/m` or `60/h`.
impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (requests, per) = text.split_once('/').ok_or(InvalidRate)?;
        let requests = requests.parse().ok().filter(|requests| *requests > 0).ok_or(InvalidRate)?;
        match per {
            "s" => Ok(Self::per_second(requests)),
            "m" => Ok(Self::per_minute(requests)),
            "h" => Ok(Self::per_hour(requests)),
            _ => Err(InvalidRate),
        }
    }
}

/// The text is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRate;

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate is written as 2000/s, 60/m or 60/h")
    }
}

impl std::error::Error for InvalidRate {}

/// The documented rate limit of every endpoint.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rate-limits>
pub mod rates {
    use super::Rate;

    /// Every endpoint without its own rate limit: reply, push, the validation of messages, profiles, contents, …
    pub const USUAL: Rate = Rate::per_second(2000);

    /// Multicast.
    pub const MULTICAST: Rate = Rate::per_second(200);

    /// Narrowcast.
    pub const NARROWCAST: Rate = Rate::per_hour(60);

    /// Broadcast.
    pub const BROADCAST: Rate = Rate::per_hour(60);

    /// Each endpoint of the insights: deliveries, followers, demographics, events, rich menus.
    pub const INSIGHT: Rate = Rate::per_hour(60);

    /// Each audience endpoint.
    pub const AUDIENCE: Rate = Rate::per_minute(60);

    /// Setting and getting the webhook URL.
    pub const WEBHOOK_ENDPOINT: Rate = Rate::per_minute(1000);

    /// Testing the webhook URL.
    pub const WEBHOOK_TEST: Rate = Rate::per_hour(60);

    /// Creating a rich menu, deleting one, deleting an alias, and getting the progress of a batch.
    pub const RICH_MENU: Rate = Rate::per_hour(100);

    /// Replacing or unlinking rich menus in a batch.
    pub const RICH_MENU_BATCH: Rate = Rate::per_hour(3);

    /// Getting the list of rich menus.
    pub const RICH_MENU_LIST: Rate = Rate::per_second(10);

    /// Getting a user's membership subscriptions, and the list of membership plans.
    pub const MEMBERSHIP: Rate = Rate::per_second(200);

    /// Each coupon endpoint.
    pub const COUPON: Rate = Rate::per_second(200);

    /// Displaying the loading animation.
    pub const LOADING: Rate = Rate::per_second(100);

    /// Issuing a short-lived channel access token.
    pub const SHORT_LIVED_TOKEN: Rate = Rate::per_second(370);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_from_text() {
        assert_eq!("2000/s".parse(), Ok(Rate::per_second(2000)));
        assert_eq!("60/m".parse(), Ok(Rate::per_minute(60)));
        assert_eq!("3/h".parse(), Ok(Rate::per_hour(3)));
        for text in ["", "60", "0/s", "-1/s", "60/d", "60 /h", "60/h "] {
            assert_eq!(text.parse::<Rate>(), Err(InvalidRate), "{text}");
        }
    }
}
