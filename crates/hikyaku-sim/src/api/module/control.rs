use http::{Method, StatusCode};
use jiff::SignedDuration;

use crate::{
    api::{Action, Answer, Auth, Body, Endpoint, Request, Scene},
    clock::later,
    state::{chat::Target, friendship::Friendship},
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
    let (chat, bot) = (chat(request)?, bot(request));
    let (expired, ttl) = if request.body.is_empty() {
        (None, None)
    } else {
        let body = Body::read(request)?;
        (body.optional("expired")?, body.optional::<i64>("ttl")?)
    };
    let ttl = ttl.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&ttl) {
        // LINE documents the limit; the words are ours.
        let words = format!("Must be between 1 and {LONGEST}");
        return Err(Answer::detail(StatusCode::BAD_REQUEST, "ttl", &words));
    }
    Ok(Box::new(move |scene| {
        let Some(channel) = account(scene, bot.as_deref()) else { return Answer::not_found() };
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
        let until = expired.unwrap_or(true).then(|| later(now, SignedDuration::from_secs(ttl)));
        match scene.world.channels[channel].control.acquire(chat, module, until, now) {
            Ok(()) => Answer::nothing(StatusCode::OK),
            // LINE documents the status; the words are ours.
            Err(_) => Answer::error(StatusCode::LOCKED, "Another channel has the chat control"),
        }
    }))
}

fn read_release(request: &Request) -> Result<Action, Answer> {
    let (chat, bot) = (chat(request)?, bot(request));
    Ok(Box::new(move |scene| {
        let Some(channel) = account(scene, bot.as_deref()) else { return Answer::not_found() };
        let module = scene.channel;
        scene.world.channels[channel].control.release(&chat, module);
        Answer::nothing(StatusCode::OK)
    }))
}

fn chat(request: &Request) -> Result<Target, Answer> {
    Target::parse(request.step(3)).ok_or_else(|| Answer::parameter_invalid("chatId"))
}

/// Which account is meant. LINE tells partners alone what the header is called; LINE's SDKs call it so.
fn bot(request: &Request) -> Option<String> {
    request.optional_header("x-line-bot-id")?.to_str().ok().map(str::to_owned)
}

/// The place of the account's channel: that of the header, or the first one that the module is attached to.
fn account(scene: &Scene<'_>, bot: Option<&str>) -> Option<usize> {
    let world = &scene.world;
    let mut attached = world.modules.get(scene.channel)?.attached.keys().copied();
    match bot {
        None => attached.next(),
        Some(bot) => attached.find(|place| world.channels[*place].bot.as_str() == bot),
    }
}
