//! Rich menus.

pub(super) mod alias;
pub(super) mod batch;
pub(super) mod default;
pub(super) mod image;
pub(super) mod menu;
pub(super) mod user;

use hikyaku_model::rich_menu::RichMenu;
use http::StatusCode;
use serde::Serialize;

use super::{Answer, Scene};
use crate::state::{person::hex, rich_menu::StoredMenu};

/// A rich menu with its id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MenuJson<'a> {
    rich_menu_id: &'a str,
    #[serde(flatten)]
    menu: &'a RichMenu,
}

impl<'a> From<&'a StoredMenu> for MenuJson<'a> {
    fn from(stored: &'a StoredMenu) -> Self {
        Self { rich_menu_id: &stored.id, menu: &stored.menu }
    }
}

/// Whether a body names a menu by what can be an id of one.
fn check_id(property: &str, id: &str) -> Result<(), Answer> {
    if id.strip_prefix("richmenu-").is_some_and(|digits| hex(digits).is_some()) {
        return Ok(());
    }
    Err(Answer::detail(StatusCode::BAD_REQUEST, property, "invalid richMenuId"))
}

/// Whether a menu can be shown to people: it is there, and has a picture.
fn showable(scene: &mut Scene<'_>, id: &str, missing: fn() -> Answer) -> Result<(), Answer> {
    match scene.channel().rich_menus.get(id) {
        None => Err(missing()),
        Some(StoredMenu { image: None, .. }) => Err(Answer::without_details(
            StatusCode::BAD_REQUEST,
            "must upload richmenu image before applying it to user",
        )),
        Some(_) => Ok(()),
    }
}
