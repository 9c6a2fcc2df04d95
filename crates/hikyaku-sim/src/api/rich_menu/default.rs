use http::{Method, StatusCode};
use serde_json::json;

use super::showable;
use crate::api::{Action, Answer, Endpoint, Request};

/// Shows a rich menu to all who have none of their own.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#set-default-rich-menu>
pub(crate) const SET: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/user/all/richmenu/{richMenuId}", read_set);

/// The menu that is shown to all who have none of their own.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-default-rich-menu-id>
pub(crate) const GET: Endpoint = Endpoint::new(Method::GET, "/v2/bot/user/all/richmenu", read_get);

/// Shows no menu to those who have none of their own.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#clear-default-rich-menu>
pub(crate) const CANCEL: Endpoint =
    Endpoint::new(Method::DELETE, "/v2/bot/user/all/richmenu", read_cancel);

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_set(request: &Request) -> Result<Action, Answer> {
    let id = request.step(5).to_owned();
    Ok(Box::new(move |scene| {
        if let Err(refused) = showable(scene, &id, Answer::not_found) {
            return refused;
        }
        let by = scene.module();
        scene.channel().rich_menus.set_default(Some(id), by);
        Answer::empty(StatusCode::OK)
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_get(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let by = scene.module();
        let menus = &scene.channel().rich_menus;
        match menus.usual() {
            Some(_) if menus.usual_by() != by => {
                let words = "the richmenu is owned by another channel";
                Answer::without_details(StatusCode::FORBIDDEN, words)
            }
            Some(id) => Answer::ok(&json!({ "richMenuId": id })),
            None => Answer::without_details(StatusCode::NOT_FOUND, "no default richmenu"),
        }
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_cancel(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        scene.channel().rich_menus.set_default(None, None);
        Answer::empty(StatusCode::OK)
    }))
}
