use hikyaku_model::{
    Checker,
    limits::{Dialect, rates},
    rich_menu::RichMenuAlias,
};
use http::{Method, StatusCode};
use serde_json::json;

use super::check_id;
use crate::{
    api::{Action, Answer, Body, Endpoint, Request, Scene, body},
    state::rich_menu::{MOST, StoredMenu},
};

/// Gives a rich menu a name.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-rich-menu-alias>
pub(crate) const CREATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/alias", read_create);

/// All names.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-alias-list>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/richmenu/alias/list", read_list);

/// Gives a name to another rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#update-rich-menu-alias>
pub(crate) const UPDATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/alias/{richMenuAliasId}", read_update);

/// The menu that a name stands for.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-alias-by-id>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/richmenu/alias/{richMenuAliasId}", read_get);

/// Takes a name away.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#delete-rich-menu-alias>
pub(crate) const DELETE: Endpoint =
    Endpoint::new(Method::DELETE, "/v2/bot/richmenu/alias/{richMenuAliasId}", read_delete)
        .rate(rates::RICH_MENU);

fn read_create(request: &Request) -> Result<Action, Answer> {
    let alias: RichMenuAlias =
        body::whole(request, &["richMenuAliasId", "richMenuId"], Dialect::RichMenu)?;
    check_id("richMenuId", &alias.rich_menu_id)?;
    Ok(Box::new(move |scene| {
        if let Err(refused) = nameable(scene, &alias.rich_menu_id) {
            return refused;
        }
        let aliases = &mut scene.channel().rich_menus.aliases;
        let conflict = aliases.contains_key(&alias.rich_menu_alias_id);
        if conflict || aliases.len() >= MOST {
            // The words for too many are not known.
            let message =
                if conflict { "conflict richmenu alias id" } else { "too many richmenu aliases" };
            return Answer::without_details(StatusCode::BAD_REQUEST, message);
        }
        aliases.insert(alias.rich_menu_alias_id, alias.rich_menu_id);
        Answer::empty(StatusCode::OK)
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_list(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let aliases = scene.channel().rich_menus.aliases.iter();
        let aliases = aliases.map(|(alias, menu)| RichMenuAlias::new(alias, menu));
        Answer::ok(&json!({ "aliases": aliases.collect::<Vec<_>>() }))
    }))
}

fn read_update(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let id = body.text("richMenuId", &mut errors)?;
    body::finish(errors)?;
    check_id("richMenuId", &id)?;
    let alias = request.step(4).to_owned();
    Ok(Box::new(move |scene| {
        if !scene.channel().rich_menus.aliases.contains_key(&alias) {
            return not_found();
        }
        if let Err(refused) = nameable(scene, &id) {
            return refused;
        }
        scene.channel().rich_menus.aliases.insert(alias, id);
        Answer::empty(StatusCode::OK)
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_get(request: &Request) -> Result<Action, Answer> {
    let alias = request.step(4).to_owned();
    Ok(Box::new(move |scene| match scene.channel().rich_menus.aliases.get(&alias) {
        Some(menu) => Answer::ok(&RichMenuAlias::new(alias, menu)),
        None => not_found(),
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_delete(request: &Request) -> Result<Action, Answer> {
    let alias = request.step(4).to_owned();
    Ok(Box::new(move |scene| match scene.channel().rich_menus.aliases.remove(&alias) {
        Some(_) => Answer::empty(StatusCode::OK),
        None => not_found(),
    }))
}

/// Whether a menu can have a name: it is there, and has a picture.
fn nameable(scene: &mut Scene<'_>, id: &str) -> Result<(), Answer> {
    match scene.channel().rich_menus.get(id) {
        Some(StoredMenu { image: Some(_), .. }) => Ok(()),
        _ => Err(Answer::without_details(StatusCode::BAD_REQUEST, "richmenu not found")),
    }
}

fn not_found() -> Answer {
    Answer::without_details(StatusCode::NOT_FOUND, "richmenu alias not found")
}
