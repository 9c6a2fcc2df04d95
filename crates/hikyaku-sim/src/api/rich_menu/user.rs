use hikyaku_model::{Checker, limits::Count, limits::Problem};
use http::{Method, StatusCode};
use serde_json::json;

use super::{check_id, showable};
use crate::{
    api::{Action, Answer, Body, Endpoint, Request, body},
    state::person::UserKey,
};

/// Shows a rich menu to one person.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-user>
pub(crate) const LINK: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/user/{userId}/richmenu/{richMenuId}", read_link);

/// The menu that is linked to one person.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-id-of-user>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/user/{userId}/richmenu", read_get);

/// Takes the menu from one person.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#unlink-rich-menu-from-user>
pub(crate) const UNLINK: Endpoint =
    Endpoint::new(Method::DELETE, "/v2/bot/user/{userId}/richmenu", read_unlink);

/// Shows a rich menu to many people. LINE takes some seconds for it, the simulator does it at once.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-users>
pub(crate) const LINK_MANY: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/bulk/link", read_link_many);

/// Takes the menus from many people.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#unlink-rich-menu-from-users>
pub(crate) const UNLINK_MANY: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/richmenu/bulk/unlink", read_unlink_many);

/// How many people one request can name.
const USERS: Count = Count { min: 1, max: 500 };

fn read_link(request: &Request) -> Result<Action, Answer> {
    let (user, id) = (user(request)?, request.step(5).to_owned());
    Ok(Box::new(move |scene| {
        if let Err(refused) = showable(scene, &id, Answer::not_found) {
            return refused;
        }
        // LINE takes people who are no friends and does nothing.
        if scene.is_friend(user) {
            scene.channel().rich_menus.link(user, &id);
        }
        Answer::empty(StatusCode::OK)
    }))
}

fn read_get(request: &Request) -> Result<Action, Answer> {
    let user = user(request)?;
    Ok(Box::new(move |scene| {
        let is_friend = scene.is_friend(user);
        match scene.channel().rich_menus.linked(user).filter(|_| is_friend) {
            Some(id) => Answer::ok(&json!({ "richMenuId": id })),
            None => Answer::without_details(StatusCode::NOT_FOUND, "the user has no richmenu"),
        }
    }))
}

fn read_unlink(request: &Request) -> Result<Action, Answer> {
    let user = user(request)?;
    Ok(Box::new(move |scene| {
        if scene.is_friend(user) {
            scene.channel().rich_menus.unlink(user);
        }
        Answer::empty(StatusCode::OK)
    }))
}

fn read_link_many(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let id = body.text("richMenuId", &mut errors)?;
    let users = users(&body, errors)?;
    check_id("richMenuId", &id)?;
    Ok(Box::new(move |scene| {
        let missing = || Answer::without_details(StatusCode::NOT_FOUND, "richmenu not found");
        if let Err(refused) = showable(scene, &id, missing) {
            return refused;
        }
        for user in users {
            if scene.is_friend(user) {
                scene.channel().rich_menus.link(user, &id);
            }
        }
        Answer::empty(StatusCode::ACCEPTED)
    }))
}

fn read_unlink_many(request: &Request) -> Result<Action, Answer> {
    let users = users(&Body::read(request)?, Checker::strict())?;
    Ok(Box::new(move |scene| {
        for user in users {
            if scene.is_friend(user) {
                scene.channel().rich_menus.unlink(user);
            }
        }
        Answer::empty(StatusCode::ACCEPTED)
    }))
}

/// The person that the path names.
fn user(request: &Request) -> Result<UserKey, Answer> {
    UserKey::parse(request.step(3)).ok_or_else(|| Answer::parameter_invalid("userId"))
}

/// The people that the body names.
fn users(body: &Body<'_>, mut errors: Checker) -> Result<Vec<UserKey>, Answer> {
    let ids: Vec<String> = body.optional("userIds")?.unwrap_or_default();
    if !USERS.allows(ids.len()) {
        errors.report_field("userIds", Problem::Count { rule: USERS, actual: ids.len() });
    }
    body::finish(errors)?;
    let users = ids.iter().enumerate().map(|(index, id)| {
        UserKey::parse(id).ok_or_else(|| Answer::property_invalid(&format!("userIds[{index}]")))
    });
    users.collect()
}
