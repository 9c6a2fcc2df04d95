//! Rich menus: create one, upload its image, then show it to all users or to some.
//!
//! The menu itself is [`RichMenu`](crate::model::rich_menu::RichMenu). A user's individual menu overrides the default
//! one, and the API's default overrides that of LINE Official Account Manager.

mod alias;
mod batch;
mod bulk;
mod default;
mod image;
mod menu;
mod user;

pub use alias::RichMenuAliases;
pub use batch::{RichMenuBatchPhase, RichMenuBatchProgress};
pub use menu::{RichMenuDetail, RichMenuId, RichMenus};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &menu::CREATE,
    &menu::VALIDATE,
    &menu::GET,
    &menu::LIST,
    &menu::DELETE,
    &image::GET,
    &image::SET,
    &default::GET,
    &default::SET,
    &default::CANCEL,
    &user::GET,
    &user::LINK,
    &user::UNLINK,
    &bulk::LINK,
    &bulk::UNLINK,
    &batch::BATCH,
    &batch::VALIDATE,
    &batch::PROGRESS,
    &alias::CREATE,
    &alias::GET,
    &alias::LIST,
    &alias::UPDATE,
    &alias::DELETE,
];
