use serde::{Deserialize, Serialize};

use super::{Component, check_action, check_aspect_ratio};
use crate::{
    Action, Check, Checker, Extra,
    limits::{self, Problem, Segment},
    setters::setters,
    union::{extra, tagged},
};

/// A video: in the hero of a kilo, mega or giga bubble that is not part of a carousel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-video>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "video", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Video {
    /// The video's URL: HTTPS, mp4, at most 200 MB.
    pub url: String,
    /// The preview image's URL: HTTPS, JPEG or PNG, at most 1 MB, with the video's aspect ratio.
    pub preview_url: String,
    /// The content for apps that cannot show videos: a box or an image.
    pub alt_content: std::boxed::Box<Component>,
    /// The ratio of width to height, such as `20:13`: each 1 to 100000, the height at most three times the width; `1:1`
    /// by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// The action on a tap on the link; a URI action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Video>")]
    pub extra: Extra,
}

tagged!(Video = "video");

impl Video {
    /// Creates a video with its preview image and the content for apps that cannot show it.
    pub fn new(
        url: impl Into<String>,
        preview_url: impl Into<String>,
        alt_content: impl Into<Component>,
    ) -> Self {
        Self {
            url: url.into(),
            preview_url: preview_url.into(),
            alt_content: std::boxed::Box::new(alt_content.into()),
            aspect_ratio: None,
            action: None,
            extra: Extra::default(),
        }
    }
}

setters!(Video {
    into {
        aspect_ratio: String,
        action: Action,
    }
});

impl Check for Video {
    fn check(&self, checker: &mut Checker) {
        checker.uri("url", &self.url, limits::MEDIA_URL);
        checker.uri("previewUrl", &self.preview_url, limits::MEDIA_URL);
        checker.at(Segment::Field("altContent"), |checker| {
            let fits = matches!(
                *self.alt_content,
                Component::Box(_) | Component::Image(_) | Component::Unknown(_)
            );
            if !fits {
                checker.report_field("type", Problem::Forbidden("a box or an image goes here"));
            }
            self.alt_content.check(checker);
        });
        check_aspect_ratio(self.aspect_ratio.as_deref(), checker);
        if let Some(action) = &self.action
            && !matches!(action, Action::Uri(_) | Action::Unknown(_))
        {
            checker.report_field("action", Problem::Forbidden("a video takes a URI action only"));
        }
        check_action(self.action.as_ref(), checker);
    }
}
