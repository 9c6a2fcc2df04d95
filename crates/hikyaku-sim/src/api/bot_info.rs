use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::{Action, Answer, Auth, Endpoint, Request};
use crate::state::log::Host;

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
        let number = scene.channel + 1;
        Answer::ok(&json!({
            "userId": scene.channel().bot,
            "basicId": format!("@sim{number}"),
            "displayName": scene.channel().name,
            "chatMode": "chat",
            "markAsReadMode": "manual",
        }))
    }))
}
