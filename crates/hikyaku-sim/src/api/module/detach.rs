use hikyaku_model::Checker;
use http::{Method, StatusCode};

use crate::{
    api::{Action, Answer, Auth, Body, Endpoint, Request, body},
    state::holder::Holder,
};

/// Takes a module channel off an account.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#unlink-detach-module-channel-by-operation-mc-admin>
pub(crate) const DETACH: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/channel/detach", read).auth(Auth::Any);

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let bot = body.text("botId", &mut errors)?;
    body::finish(errors)?;
    Ok(Box::new(move |scene| {
        let bots = &scene.world.channels;
        let Some(channel) = bots.iter().position(|channel| channel.bot.as_str() == bot) else {
            let words = "user/group/room Id is not available.";
            return Answer::error(StatusCode::BAD_REQUEST, words);
        };
        let Some(Holder::Module(module)) = scene.caller else { return not_detachable() };
        if scene.world.detach_module(channel, module, None) {
            Answer::nothing(StatusCode::OK)
        } else {
            not_detachable()
        }
    }))
}

fn not_detachable() -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, "Specified channel is not detachable")
}
