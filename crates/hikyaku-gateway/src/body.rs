//! Bodies of requests, read whole.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// The most bytes of a longer body that are read and thrown away, so that its sender gets to see the answer.
const MOST_READ: usize = 32 << 20;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It did not come to its end.
    Broken,
}

/// The body. Of one that is longer than `most` bytes, the rest is read without being kept.
pub(crate) async fn whole(mut body: Incoming, most: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > MOST_READ as u64 {
        return Err(Unread::TooLong);
    }
    let (mut kept, mut read) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Unread::Broken) };
        let Some(data) = frame.data_ref() else { continue };
        read += data.len();
        if read <= most {
            kept.extend_from_slice(data);
        } else if read > MOST_READ {
            break;
        }
    }
    if read > most { Err(Unread::TooLong) } else { Ok(kept.freeze()) }
}
