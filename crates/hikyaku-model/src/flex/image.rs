use serde::{Deserialize, Serialize};

use super::{
    Align, AspectMode, Gravity, Position, Size, Space, check_action, check_aspect_ratio,
    check_offsets,
    measure::{Units, check_measure},
};
use crate::{
    Action, Check, Checker, Extra, limits,
    setters::setters,
    union::{extra, tagged},
};

/// An image.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-image>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "image", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Image {
    /// The image's URL: HTTPS, JPEG or PNG, at most 1024 by 1024 pixels and 10 MB.
    pub url: String,
    /// The share of the parent's space; 0 is as much as the content needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flex: Option<u32>,
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
    /// The horizontal alignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// The vertical alignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gravity: Option<Gravity>,
    /// The maximum width: a keyword, pixels or a percentage; `md` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The ratio of width to height, such as `20:13`: each 1 to 100000, the height at most three times the width; `1:1`
    /// by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// Whether the image is cropped to fill its area (`cover`) or shown whole (`fit`); whole by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_mode: Option<AspectMode>,
    /// The colour behind the image, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// The action on a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Whether an animated PNG plays: at most 300 KB each, and at most ten in a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animated: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Image>")]
    pub extra: Extra,
}

tagged!(Image = "image");

impl Image {
    /// Creates an image of the default size.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            flex: None,
            margin: None,
            position: None,
            offset_top: None,
            offset_bottom: None,
            offset_start: None,
            offset_end: None,
            align: None,
            gravity: None,
            size: None,
            aspect_ratio: None,
            aspect_mode: None,
            background_color: None,
            action: None,
            animated: None,
            extra: Extra::default(),
        }
    }
}

setters!(Image {
    into {
        margin: Space,
        position: Position,
        offset_top: Space,
        offset_bottom: Space,
        offset_start: Space,
        offset_end: Space,
        align: Align,
        gravity: Gravity,
        size: Size,
        aspect_ratio: String,
        aspect_mode: AspectMode,
        background_color: String,
        action: Action,
    }
    plain { flex: u32, animated: bool }
});

impl Check for Image {
    fn check(&self, checker: &mut Checker) {
        checker.uri("url", &self.url, limits::MEDIA_URL);
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        check_offsets(
            checker,
            self.position.as_ref(),
            [&self.offset_top, &self.offset_bottom, &self.offset_start, &self.offset_end],
        );
        checker.word("align", self.align.as_ref());
        checker.word("gravity", self.gravity.as_ref());
        check_measure(checker, "size", self.size.as_ref(), Units::PxOrPercent);
        check_aspect_ratio(self.aspect_ratio.as_deref(), checker);
        checker.word("aspectMode", self.aspect_mode.as_ref());
        checker.color_with_alpha("backgroundColor", self.background_color.as_deref());
        check_action(self.action.as_ref(), checker);
    }
}
