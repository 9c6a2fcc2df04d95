//! How many messages were sent on a day.
//!
//! LINE does not say whether it counts recipients or message objects. Our choice: recipients that were reached, as for
//! the quota. A day's count is ready from the next day on, in Japan's time.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#get-number-of-sent-push-messages>

use hikyaku_model::{
    SendKind::{Broadcast, Multicast, PhoneNumber, Push, Reply},
    limits::rates,
};
use http::Method;
use jiff::civil::{Date, date};
use serde_json::json;

use super::{Action, Answer, Auth, Endpoint, Read, Request};
use crate::state::{counts::Counted, day, log::Host};

pub(crate) const REPLY: Endpoint =
    endpoint("/v2/bot/message/delivery/reply", |request| read(request, Counted::Sent(Reply)));

pub(crate) const PUSH: Endpoint =
    endpoint("/v2/bot/message/delivery/push", |request| read(request, Counted::Sent(Push)));

pub(crate) const MULTICAST: Endpoint = endpoint("/v2/bot/message/delivery/multicast", |request| {
    read(request, Counted::Sent(Multicast))
});

pub(crate) const BROADCAST: Endpoint = endpoint("/v2/bot/message/delivery/broadcast", |request| {
    read(request, Counted::Sent(Broadcast))
});

pub(crate) const PNP: Endpoint =
    endpoint("/v2/bot/message/delivery/pnp", |request| read(request, Counted::Sent(PhoneNumber)));

pub(crate) const PNP_BY_TEMPLATE: Endpoint =
    endpoint("/v2/bot/message/delivery/pnp/templated", |request| {
        read(request, Counted::ByTemplate)
    });

/// The first day that LINE has counts of.
const FIRST: Date = date(2018, 3, 31);

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

fn read(request: &Request, counted: Counted) -> Result<Action, Answer> {
    let date = request.parameter("date").and_then(|text| parse(&text));
    let date = date.ok_or_else(|| Answer::parameter_invalid("date"))?;
    Ok(Box::new(move |scene| {
        if date < FIRST {
            Answer::ok(&json!({ "status": "out_of_service" }))
        } else if date >= day(scene.now) {
            Answer::ok(&json!({ "status": "unready" }))
        } else {
            let success = scene.channel().counts.get(counted, date);
            Answer::ok(&json!({ "status": "ready", "success": success }))
        }
    }))
}

/// A date of eight digits.
fn parse(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}
