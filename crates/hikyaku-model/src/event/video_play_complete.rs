use serde::Serialize;

use super::object::object;
use crate::{Extra, shared_str::SharedStr};

/// The video that a user watched to the end.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#video-viewing-complete>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VideoPlayComplete<S = SharedStr> {
    /// The tracking id that the bot set on the video.
    pub tracking_id: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> VideoPlayComplete<S> {
    /// Creates the payload for the video with this tracking id.
    pub fn new(tracking_id: impl Into<S>) -> Self {
        Self { tracking_id: tracking_id.into(), extra: Extra::default() }
    }
}

object! {
    VideoPlayComplete<S> is "a played video, which is an object" {
        required tracking_id = "trackingId",
    }
}
