use hikyaku_model::Checker;
use http::{Method, StatusCode};

use super::{Action, Answer, Body, Endpoint, Request, body};
use crate::state::{mission::MissionSticker, person::UserKey};

/// Gives a person a set of stickers.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#send-mission-stickers-v3>
pub(crate) const ENDPOINT: Endpoint = Endpoint::new(Method::POST, "/shop/v3/mission", read);

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let (to, product) = (body.text("to", &mut errors)?, body.text("productId", &mut errors)?);
    let kind = body.text("productType", &mut errors)?;
    let presents = body.flag("sendPresentMessage")?;
    body::finish(errors)?;
    if kind != "STICKER" || presents {
        // LINE documents the values; which words a wrong one has is our choice.
        return Err(refused("illegal argument"));
    }
    let user = UserKey::parse(&to).ok_or_else(|| refused("invalid request"))?;
    Ok(Box::new(move |scene| {
        if !scene.world.knows_of(scene.channel, user) {
            return refused("invalid request");
        }
        let stickers = &mut scene.channel().stickers;
        match stickers.products.get(&product) {
            None => Answer::error(StatusCode::NOT_FOUND, "not found"),
            Some(MissionSticker::Available) => {
                stickers.give(user, product);
                Answer::nothing(StatusCode::OK)
            }
            Some(MissionSticker::NoMission) => refused("illegal argument"),
            Some(MissionSticker::OutOfPeriod) => refused("not in sales period"),
            Some(MissionSticker::NotForChannel) => refused("sticker set not available for channel"),
            Some(MissionSticker::NotAvailable) => refused("not available"),
        }
    }))
}

fn refused(words: &str) -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, words)
}
