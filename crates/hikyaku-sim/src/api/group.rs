use http::{Method, StatusCode};
use serde_json::json;

use super::{Action, Answer, Endpoint, Request, Scene, page::page};
use crate::state::{
    chat::{Chat, Target},
    person::UserKey,
};

/// What a group is called.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-group-summary>
pub(crate) const SUMMARY: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/group/{groupId}/summary", read_summary);

/// How many people are in a group.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-members-group-count>
pub(crate) const COUNT: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/group/{groupId}/members/count", read_count);

/// How many people are in a room.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-members-room-count>
pub(crate) const ROOM_COUNT: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/room/{roomId}/members/count", read_count);

/// The ids of the people in a group.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-group-member-user-ids>
pub(crate) const MEMBERS: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/group/{groupId}/members/ids", read_members);

/// The ids of the people in a room.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-room-member-user-ids>
pub(crate) const ROOM_MEMBERS: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/room/{roomId}/members/ids", read_members);

/// The profile of somebody in a group.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-group-member-profile>
pub(crate) const MEMBER: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/group/{groupId}/member/{userId}", read_member);

/// The profile of somebody in a room.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-room-member-profile>
pub(crate) const ROOM_MEMBER: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/room/{roomId}/member/{userId}", read_member);

/// Lets the account leave a group.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#leave-group>
pub(crate) const LEAVE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/group/{groupId}/leave", read_leave);

/// Lets the account leave a room; one that it is not in, too.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#leave-room>
pub(crate) const LEAVE_ROOM: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/room/{roomId}/leave", read_leave);

/// How many members a page has.
const PAGE: usize = 100;

fn read_summary(request: &Request) -> Result<Action, Answer> {
    let target = target(request)?;
    Ok(Box::new(move |scene| match chat(scene, &target) {
        Some(chat) => Answer::ok(&json!({ "groupId": target.id(), "groupName": chat.name })),
        None => Answer::not_found(),
    }))
}

fn read_count(request: &Request) -> Result<Action, Answer> {
    let target = target(request)?;
    Ok(Box::new(move |scene| match chat(scene, &target) {
        Some(chat) => Answer::ok(&json!({ "count": chat.members.len() })),
        None => Answer::not_found(),
    }))
}

fn read_members(request: &Request) -> Result<Action, Answer> {
    let target = target(request)?;
    let start = request.parameter("start");
    Ok(Box::new(move |scene| {
        let Some(chat) = chat(scene, &target) else { return Answer::not_found() };
        let ids = chat.members.iter().map(|user| user.id());
        match page(start.as_deref(), PAGE, ids) {
            Err(invalid) => invalid,
            Ok((ids, None)) => Answer::ok(&json!({ "memberIds": ids })),
            Ok((ids, next)) => Answer::ok(&json!({ "memberIds": ids, "next": next })),
        }
    }))
}

fn read_member(request: &Request) -> Result<Action, Answer> {
    let target = target(request)?;
    let user = UserKey::parse(request.step(5));
    let user = user.ok_or_else(|| Answer::parameter_invalid("userId"))?;
    Ok(Box::new(move |scene| {
        let is_member = chat(scene, &target).is_some_and(|chat| chat.members.contains(&user));
        let person = scene.world.people.get(user).filter(|_| is_member);
        let Some(person) = person else { return Answer::not_found() };
        let mut profile = json!({ "displayName": person.display_name, "userId": person.user_id });
        if let Some(picture) = &person.picture_url {
            profile["pictureUrl"] = picture.as_str().into();
        }
        Answer::ok(&profile)
    }))
}

fn read_leave(request: &Request) -> Result<Action, Answer> {
    let target = target(request)?;
    let is_room = request.step(2) == "room";
    Ok(Box::new(move |scene| {
        let is_there = scene.world.chats.get(target.id().as_str()).is_some();
        if scene.world.leave(scene.channel, &target) || (is_room && is_there) {
            Answer::empty(StatusCode::OK)
        } else {
            Answer::not_found()
        }
    }))
}

/// The group or room that the path names.
fn target(request: &Request) -> Result<Target, Answer> {
    let (letter, name) =
        if request.step(2) == "group" { ('C', "groupId") } else { ('R', "roomId") };
    let id = request.step(3);
    let target = Target::parse(id).filter(|_| id.starts_with(letter));
    target.ok_or_else(|| Answer::parameter_invalid(name))
}

/// The chat, if the account takes part in it.
fn chat<'a>(scene: &'a Scene<'_>, target: &Target) -> Option<&'a Chat> {
    let Target::Chat(id) = target else { return None };
    scene.world.chats.get(id).filter(|chat| chat.channels.contains(&scene.channel))
}
