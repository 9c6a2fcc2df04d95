use hikyaku_model::limits::rates;
use http::Method;
use serde_json::{Value, json};

use super::{Action, Answer, Auth, Endpoint, Request};
use crate::state::{World, log::Host};

/// The account itself.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-bot-info>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::GET,
    path: "/v2/bot/info",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let mut info = names(scene.world, scene.channel);
        info["chatMode"] = "chat".into();
        info["markAsReadMode"] = "manual".into();
        Answer::ok(&info)
    }))
}

/// What the account of the channel at a place is called.
pub(super) fn names(world: &World, place: usize) -> Value {
    let number = place + 1;
    json!({
        "userId": world.channels[place].bot,
        "basicId": format!("@sim{number}"),
        "displayName": world.channels[place].name,
    })
}
