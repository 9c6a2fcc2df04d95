use serde::{Deserialize, Serialize};

use super::{
    Position, Size, Space, check_aspect_ratio, check_offsets,
    measure::{Units, check_font_size, check_measure},
};
use crate::{
    Check, Checker, Extra, limits,
    setters::setters,
    union::{extra, tagged},
};

/// A small image beside a text, in a baseline box.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#icon>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "icon", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Icon {
    /// The image's URL: HTTPS, JPEG or PNG, at most 1024 by 1024 pixels and 1 MB.
    pub url: String,
    /// The largest width: a keyword other than `full`, or pixels; `md` by default.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/flex-message-layout/#other-component-size>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The ratio of width to height, such as `20:13`: each 1 to 100000, the height at most three times the width; `1:1`
    /// by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// The space before it: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Space>,
    /// Whether the offsets are relative to its usual place or to the parent's edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The offset from the top edge: a keyword, pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_top: Option<Space>,
    /// The offset from the bottom edge: a keyword, pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_bottom: Option<Space>,
    /// The offset from the edge where lines begin: a keyword, pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_start: Option<Space>,
    /// The offset from the edge where lines end: a keyword, pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_end: Option<Space>,
    /// Whether it scales with the text size that the user has set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Icon>")]
    pub extra: Extra,
}

tagged!(Icon = "icon");

impl Icon {
    /// Creates an icon of the default size.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            size: None,
            aspect_ratio: None,
            margin: None,
            position: None,
            offset_top: None,
            offset_bottom: None,
            offset_start: None,
            offset_end: None,
            scaling: None,
            extra: Extra::default(),
        }
    }
}

setters!(Icon {
    into {
        size: Size,
        aspect_ratio: String,
        margin: Space,
        position: Position,
        offset_top: Space,
        offset_bottom: Space,
        offset_start: Space,
        offset_end: Space,
    }
    plain { scaling: bool }
});

impl Check for Icon {
    fn check(&self, checker: &mut Checker) {
        checker.uri("url", &self.url, limits::MEDIA_URL);
        check_font_size(checker, self.size.as_ref());
        check_aspect_ratio(self.aspect_ratio.as_deref(), checker);
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        check_offsets(
            checker,
            self.position.as_ref(),
            [&self.offset_top, &self.offset_bottom, &self.offset_start, &self.offset_end],
        );
    }
}
