use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    limits::{self, Length, Problem},
    setters::setters,
    union::{extra, tagged},
};

/// The id that LINE returns once a user has watched a video to the end.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#video-message>
pub const TRACKING_ID: Length = Length::utf16(100);

/// A video message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#video-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "video", rename_all = "camelCase")]
#[non_exhaustive]
pub struct VideoMessage {
    /// The video's URL: HTTPS, mp4, at most 200 MB.
    pub original_content_url: String,
    /// The preview image's URL: HTTPS, JPEG or PNG, at most 1 MB, with the video's aspect ratio.
    pub preview_image_url: String,
    /// The id returned in the event that a user watched the video to the end; at most 100 ASCII characters. Not in
    /// groups and rooms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, VideoMessage>")]
    pub extra: Extra,
}

tagged!(VideoMessage = "video");

impl VideoMessage {
    /// Creates a video message. The preview image is shown until the video plays.
    pub fn new(url: impl Into<String>, preview_url: impl Into<String>) -> Self {
        Self {
            original_content_url: url.into(),
            preview_image_url: preview_url.into(),
            tracking_id: None,
            extra: Extra::default(),
        }
    }
}

setters!(VideoMessage { into { tracking_id: String } });

impl Check for VideoMessage {
    fn check(&self, checker: &mut Checker) {
        checker.uri("originalContentUrl", &self.original_content_url, limits::MEDIA_URL);
        checker.uri("previewImageUrl", &self.preview_image_url, limits::MEDIA_URL);
        let Some(id) = &self.tracking_id else { return };
        checker.length("trackingId", id, TRACKING_ID);
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-.=,+*()%$&;:@{}!?<>[]".contains(&byte);
        if !id.bytes().all(allowed) {
            let problem = Problem::Pattern("[a-zA-Z0-9-.=,+*()%$&;:@{}!?<>\\[\\]]+");
            checker.report_field("trackingId", problem);
        }
    }
}
