//! Which account a module acts for.

use crate::{api::Request, state::World};

/// The bot that a request names. LINE tells partners alone what the header is called; LINE's SDKs call it so.
pub(super) fn bot(request: &Request) -> Option<String> {
    request.optional_header("x-line-bot-id")?.to_str().ok().map(str::to_owned)
}

/// The place of the account's channel: that of the bot, or without one the first that the module is attached to.
pub(super) fn of(world: &World, module: usize, bot: Option<&str>) -> Option<usize> {
    let mut attached = world.modules.get(module)?.attached.keys().copied();
    match bot {
        None => attached.next(),
        Some(bot) => attached.find(|place| world.channels[*place].bot.as_str() == bot),
    }
}
