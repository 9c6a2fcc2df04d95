use std::time::Duration;

use super::Count;

/// Messages in one request.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
pub const MESSAGES: Count = Count { min: 1, max: 5 };

/// Users in one multicast.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
pub const MULTICAST_USERS: Count = Count { min: 1, max: 500 };

/// The largest body of a request, in bytes: 2 MB. LINE answers a larger one with 413.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#status-codes>
pub const REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// How long LINE remembers a retry key after the first request with it. Later the same key is a new request, and
/// sends again.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
pub const RETRY_KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after its first request a retry key is used again: an hour less than [`RETRY_KEY_LIFE`], for clocks that
/// differ and for a request that is slow to arrive.
pub const RETRY_KEY_USE: Duration = Duration::from_secs(23 * 60 * 60);

/// How long after receiving a webhook LINE promises to take its reply token. It may take it longer; it may also
/// shorten this.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
pub const REPLY_TOKEN_LIFE: Duration = Duration::from_secs(60);

/// How long after an event the reply token of its redelivery can work at all.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
pub const REDELIVERED_REPLY_TOKEN_LIFE: Duration = Duration::from_secs(20 * 60);

/// Uploads to one audience that may be queued or running at the same time. LINE answers one more with 429.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#limit-on-the-number-of-concurrent-operations>
pub const AUDIENCE_OPERATIONS: usize = 10;
