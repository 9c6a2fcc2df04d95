use http::Method;
use serde_json::json;

use crate::api::{Action, Answer, Auth, Endpoint, Request, bot_info, page::page};

/// The accounts that a module channel is attached to.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#get-multiple-bot-info-api>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/list", read).auth(Auth::Module);

fn read(request: &Request) -> Result<Action, Answer> {
    let (start, limit) = (request.parameter("start"), request.limit(100, 100)?);
    Ok(Box::new(move |scene| {
        let module = &scene.world.modules[scene.channel];
        let bots: Vec<_> =
            module.attached.keys().map(|place| bot_info::names(scene.world, *place)).collect();
        match page(start.as_deref(), limit, bots.into_iter()) {
            Err(invalid) => invalid,
            Ok((bots, None)) => Answer::ok(&json!({ "bots": bots })),
            Ok((bots, next)) => Answer::ok(&json!({ "bots": bots, "next": next })),
        }
    }))
}
