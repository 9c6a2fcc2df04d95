//! The parts of an imagemap message.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#imagemap-message>

mod action;
mod area;
mod video;

pub use action::{
    ClipboardImagemapAction, IMAGEMAP_LABEL, IMAGEMAP_TEXT, ImagemapAction, MessageImagemapAction,
    UriImagemapAction,
};
pub use area::{IMAGEMAP_WIDTH, ImagemapArea, ImagemapSize};
pub use video::{EXTERNAL_LINK_LABEL, ImagemapExternalLink, ImagemapVideo};
