//! What a request to LINE's API brings: a part of its query, and its body.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::answers::{OrAnswer, plain};
use crate::body::{Unread, whole};

/// How long a body may take to come.
pub(super) const BODY_TIME: Duration = Duration::from_secs(30);

/// The value of the first part of a query that has this name, as it was written.
pub(super) fn in_query<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    let mut pairs = query.unwrap_or_default().split('&');
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Reads a body of at most so many bytes; a longer one is refused in these words.
pub(super) async fn read(body: Incoming, most: usize, too_long: &str) -> OrAnswer<Bytes> {
    let read = timeout(BODY_TIME, whole(body, most)).await;
    read.unwrap_or(Err(Unread::Broken)).map_err(|why| {
        Box::new(match why {
            Unread::TooLong => plain(StatusCode::PAYLOAD_TOO_LARGE, too_long),
            Unread::Broken => {
                plain(StatusCode::BAD_REQUEST, "The request body did not come to its end")
            }
        })
    })
}
