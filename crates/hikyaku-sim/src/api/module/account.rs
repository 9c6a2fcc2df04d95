//! Which account a module acts for.

use crate::api::{Request, Scene};

/// The bot that a request names. LINE tells partners alone what the header is called; LINE's SDKs call it so.
pub(crate) fn bot(request: &Request) -> Option<String> {
    request.optional_header("x-line-bot-id")?.to_str().ok().map(str::to_owned)
}

/// The place of the account's channel: that of the bot, or without one the first that the module is attached to.
pub(super) fn of(scene: &Scene<'_>, bot: Option<&str>) -> Option<usize> {
    let world = &scene.world;
    let mut attached = world.modules.get(scene.channel)?.attached.keys().copied();
    match bot {
        None => attached.next(),
        Some(bot) => attached.find(|place| world.channels[*place].bot.as_str() == bot),
    }
}

/// Lets a module act for the account that it may send for, from here on. False where there is none.
pub(crate) fn act_for(scene: &mut Scene<'_>, module: usize, bot: Option<&str>) -> bool {
    let Some(channel) = of(scene, bot) else { return false };
    let scopes = scene.world.modules[module].attached.get(&channel);
    let may_send = scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == "message:send"));
    scene.channel = channel;
    may_send
}
