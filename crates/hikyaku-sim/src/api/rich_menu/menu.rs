use hikyaku_model::{
    limits::{Dialect, rates},
    rich_menu::RichMenu,
};
use http::{Method, StatusCode};
use serde_json::json;

use super::MenuJson;
use crate::api::{Action, Answer, Endpoint, Request, body};

/// Makes a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-rich-menu>
pub(crate) const CREATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu", read_create).rate(rates::RICH_MENU);

/// Checks a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#validate-rich-menu-object>
pub(crate) const VALIDATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/validate", read_validate);

/// All rich menus.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-list>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/richmenu/list", read_list).rate(rates::RICH_MENU_LIST);

/// One rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/richmenu/{richMenuId}", read_get);

/// Deletes a rich menu.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#delete-rich-menu>
pub(crate) const DELETE: Endpoint =
    Endpoint::new(Method::DELETE, "/v2/bot/richmenu/{richMenuId}", read_delete)
        .rate(rates::RICH_MENU);

const REQUIRED: &[&str] = &["size", "selected", "name", "chatBarText", "areas"];

fn read_create(request: &Request) -> Result<Action, Answer> {
    let menu: RichMenu = body::whole(request, REQUIRED, Dialect::RichMenu)?;
    Ok(Box::new(move |scene| match scene.channel().rich_menus.add(menu) {
        Some(id) => Answer::ok(&json!({ "richMenuId": id })),
        // The words are not known.
        None => Answer::error(StatusCode::BAD_REQUEST, "too many richmenus"),
    }))
}

fn read_validate(request: &Request) -> Result<Action, Answer> {
    let _: RichMenu = body::whole(request, REQUIRED, Dialect::RichMenu)?;
    Ok(Box::new(|_| Answer::empty(StatusCode::OK)))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_list(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let menus: Vec<_> = scene.channel().rich_menus.iter().map(MenuJson::from).collect();
        Answer::ok(&json!({ "richmenus": menus }))
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_get(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| match scene.channel().rich_menus.get(&id) {
        Some(stored) => Answer::ok(&MenuJson::from(stored)),
        None => Answer::not_found(),
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_delete(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| {
        if scene.channel().rich_menus.remove(&id) {
            Answer::empty(StatusCode::OK)
        } else {
            Answer::not_found()
        }
    }))
}
