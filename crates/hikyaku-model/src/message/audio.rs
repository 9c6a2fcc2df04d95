use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    limits::{self, Problem},
    union::{extra, tagged},
};

/// An audio message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#audio-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "audio", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudioMessage {
    /// The audio's URL: HTTPS, mp3 or m4a, at most 200 MB.
    pub original_content_url: String,
    /// The duration, in milliseconds.
    pub duration: u64,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AudioMessage>")]
    pub extra: Extra,
}

tagged!(AudioMessage = "audio");

impl AudioMessage {
    /// Creates an audio message of this duration.
    pub fn new(url: impl Into<String>, duration: Duration) -> Self {
        Self {
            original_content_url: url.into(),
            duration: duration.as_millis().try_into().unwrap_or(u64::MAX),
            extra: Extra::default(),
        }
    }
}

impl Check for AudioMessage {
    fn check(&self, checker: &mut Checker) {
        checker.uri("originalContentUrl", &self.original_content_url, limits::MEDIA_URL);
        // LINE accepts a signed 64-bit number.
        if self.duration == 0 || i64::try_from(self.duration).is_err() {
            checker.report_field("duration", Problem::range(1, i64::MAX));
        }
    }
}
