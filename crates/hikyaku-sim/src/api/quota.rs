//! The month's limit of messages, and what is used of it.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#get-quota>

use hikyaku_model::limits::rates;
use http::Method;
use serde_json::json;

use super::{Action, Answer, Auth, Endpoint, Read, Request};
use crate::state::log::Host;

pub(crate) const QUOTA: Endpoint = endpoint("/v2/bot/message/quota", read_quota);

pub(crate) const CONSUMPTION: Endpoint =
    endpoint("/v2/bot/message/quota/consumption", read_consumption);

const fn endpoint(path: &'static str, read: Read) -> Endpoint {
    Endpoint {
        host: Host::Api,
        method: Method::GET,
        path,
        rate: rates::USUAL,
        takes_retry_key: false,
        auth: Auth::Channel,
        read,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_quota(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| match scene.channel().quota.limit() {
        Some(limit) => Answer::ok(&json!({ "type": "limited", "value": limit })),
        None => Answer::ok(&json!({ "type": "none" })),
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_consumption(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let now = scene.now;
        Answer::ok(&json!({ "totalUsage": scene.channel().quota.used(now) }))
    }))
}
