use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr};

/// The video that a user has seen to its end.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#video-viewing-complete>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VideoPlayComplete<S = SharedStr> {
    /// The tracking id that the bot sent the video with.
    pub tracking_id: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> VideoPlayComplete<S> {
    /// A user has seen the video of this tracking id to its end.
    pub fn new(tracking_id: impl Into<S>) -> Self {
        Self { tracking_id: tracking_id.into(), extra: Extra::default() }
    }
}

object! {
    VideoPlayComplete<S> is "a played video, which is an object" {
        required tracking_id = "trackingId",
    }
}
