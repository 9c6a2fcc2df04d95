use http::{Method, StatusCode};
use jiff::SignedDuration;

use super::account;
use crate::{
    api::{Action, Answer, Auth, Body, Endpoint, Request},
    clock::later,
    state::{chat::Target, friendship::Friendship, module_user, person::UserKey},
};

/// Lets a module speak in a chat, instead of the account's own channel.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#acquire-control-api>
pub(crate) const ACQUIRE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/chat/{chatId}/control/acquire", read_acquire)
        .auth(Auth::Module);

/// Gives a chat back to the account's own channel.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#release-control-api>
pub(crate) const RELEASE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/chat/{chatId}/control/release", read_release)
        .auth(Auth::Module);

/// For how long a module speaks, in seconds.
const USUAL: i64 = 3600;
const LONGEST: i64 = 3600 * 24 * 365;

fn read_acquire(request: &Request) -> Result<Action, Answer> {
    let (chat, bot) = chat(request)?;
    let (expired, ttl) = if request.body.is_empty() {
        (None, None)
    } else {
        let body = Body::read(request)?;
        (body.optional("expired")?, body.optional::<i64>("ttl")?)
    };
    let ttl = ttl.unwrap_or(USUAL);
    let is_limited = expired.unwrap_or(true);
    if is_limited && !(1..=LONGEST).contains(&ttl) {
        // LINE documents the limit; the words are ours.
        let words = format!("Must be between 1 and {LONGEST}");
        return Err(Answer::detail(StatusCode::BAD_REQUEST, "ttl", &words));
    }
    Ok(Box::new(move |scene| {
        let Some(channel) = account::of(scene.world, scene.channel, bot.as_deref()) else {
            return Answer::not_found();
        };
        let known = match &chat {
            Target::User(user) => {
                scene.world.channels[channel].friends.get(*user) == Friendship::Friend
            }
            Target::Chat(id) => {
                scene.world.chats.get(id).is_some_and(|chat| chat.channels.contains(&channel))
            }
        };
        if !known {
            return Answer::not_found();
        }
        let (module, now) = (scene.channel, scene.now);
        let until = is_limited.then(|| later(now, SignedDuration::from_secs(ttl)));
        match scene.world.acquire_control((channel, module), &chat, until) {
            Ok(()) => Answer::nothing(StatusCode::OK),
            // LINE documents the status; the words are ours.
            Err(_) => Answer::error(StatusCode::LOCKED, "Another channel has the chat control"),
        }
    }))
}

fn read_release(request: &Request) -> Result<Action, Answer> {
    let (chat, bot) = chat(request)?;
    Ok(Box::new(move |scene| {
        let Some(channel) = account::of(scene.world, scene.channel, bot.as_deref()) else {
            return Answer::not_found();
        };
        scene.world.release_control(channel, scene.channel, &chat);
        Answer::nothing(StatusCode::OK)
    }))
}

/// The chat, and the bot of its account if the request says which. People have the id that modules know, which ends with that
/// of the bot, or the one that the account's own channel knows.
fn chat(request: &Request) -> Result<(Target, Option<String>), Answer> {
    let invalid = || Answer::parameter_invalid("chatId");
    let (id, named) = (request.step(3), account::bot(request));
    let Some((user, bot)) = module_user::parts(id) else {
        return Ok((Target::parse(id).ok_or_else(invalid)?, named));
    };
    let user = UserKey::parse(user).ok_or_else(invalid)?;
    if named.is_some_and(|named| named != bot) {
        return Err(invalid());
    }
    Ok((Target::User(user), Some(bot.to_owned())))
}
