use serde::{Deserialize, Serialize};

use crate::{Check, Checker, Extra, limits::Problem};

/// The width of every imagemap, independent of the image's width.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
pub const IMAGEMAP_WIDTH: u32 = 1040;

/// The size to which the areas of an imagemap refer.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImagemapSize {
    /// The width; always 1040.
    pub width: u32,
    /// The image's height at a width of 1040.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A rectangle of an imagemap, in the units of its [`ImagemapSize`].
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-area-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImagemapArea {
    /// The distance from the left edge.
    pub x: u32,
    /// The distance from the top edge.
    pub y: u32,
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ImagemapSize {
    /// Creates the size of an image that is `height` high at a width of 1040.
    pub fn new(height: u32) -> Self {
        Self { width: IMAGEMAP_WIDTH, height, extra: Extra::default() }
    }
}

impl ImagemapArea {
    /// Creates a rectangle from its top left corner and its size.
    pub fn new(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { x, y, width, height, extra: Extra::default() }
    }
}

impl Check for ImagemapSize {
    fn check(&self, checker: &mut Checker) {
        if self.width != IMAGEMAP_WIDTH {
            checker.report_field("width", Problem::range(IMAGEMAP_WIDTH, IMAGEMAP_WIDTH));
        }
        if self.height == 0 {
            checker.report_field("height", Problem::range(1, i32::MAX));
        }
    }
}
