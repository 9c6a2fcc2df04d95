use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::{Action, Answer, Auth, Endpoint, Request};
use crate::state::log::Host;

/// How many names of aggregation units were used in the month.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-the-number-of-unit-name-types-assigned-during-this-month>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::GET,
    path: "/v2/bot/message/aggregation/info",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let now = scene.now;
        Answer::ok(&json!({ "numOfCustomAggregationUnits": scene.channel().units(now).len() }))
    }))
}
