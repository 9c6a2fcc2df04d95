//! Rich menus: the tappable image below a chat.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#rich-menu-structure>

mod alias;
mod batch;
mod image;
mod menu;

pub use alias::RichMenuAlias;
pub use batch::{
    BATCH_OPERATIONS, RichMenuBatch, RichMenuBatchLink, RichMenuBatchOperation,
    RichMenuBatchUnlink, RichMenuBatchUnlinkAll,
};
pub use image::{ImageFormat, InvalidRichMenuImage, RICH_MENU_IMAGE_BYTES, RichMenuImage};
pub use menu::{
    RICH_MENU_AREAS, RICH_MENU_CHAT_BAR_TEXT, RICH_MENU_NAME, RichMenu, RichMenuArea,
    RichMenuBounds, RichMenuSize,
};
