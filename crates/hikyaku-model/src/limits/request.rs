use std::time::Duration;

use super::Count;

/// The number of messages in one request.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
pub const MESSAGES: Count = Count { min: 1, max: 5 };

/// The number of users in one multicast.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
pub const MULTICAST_USERS: Count = Count { min: 1, max: 500 };

/// The maximum size of a request body, in bytes: 2 MB. LINE answers a larger one with 413.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#status-codes>
pub const REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// The time for which LINE remembers a retry key after the first request with it. After that, a request with the same
/// key is a new request and sends again.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
pub const RETRY_KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The time after its first request for which a retry key is reused: an hour less than [`RETRY_KEY_LIFE`], to allow
/// for clock differences and for a request that is slow to arrive.
pub const RETRY_KEY_USE: Duration = Duration::from_secs(23 * 60 * 60);

/// The time after receiving a webhook for which LINE promises to accept its reply token. LINE may accept the token for
/// longer, and may shorten this period.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
pub const REPLY_TOKEN_LIFE: Duration = Duration::from_secs(60);

/// The time after an event at which the reply token of its redelivery expires at the latest.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
pub const REDELIVERED_REPLY_TOKEN_LIFE: Duration = Duration::from_secs(20 * 60);

/// The number of uploads to one audience that may be queued or running at the same time. LINE answers further ones with
/// 429.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#limit-on-the-number-of-concurrent-operations>
pub const AUDIENCE_OPERATIONS: usize = 10;
