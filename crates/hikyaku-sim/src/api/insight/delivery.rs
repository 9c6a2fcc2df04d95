use hikyaku_model::{SendKind, limits::rates};
use http::Method;
use jiff::civil::{Date, date};
use serde_json::json;

use super::bad_request;
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::{counts::Counted, day},
};

/// How many messages were sent on a day, by the way they were sent. A way that was not used has no count, and what is
/// sent without the API there is not here.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-number-of-delivery-messages>
pub(crate) const DELIVERY: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/message/delivery", read).rate(rates::INSIGHT);

/// The first day that LINE has counts of.
const FIRST: Date = date(2017, 3, 1);

const WAYS: [(&str, &[Counted]); 6] = [
    ("apiBroadcast", &[Counted::Sent(SendKind::Broadcast)]),
    ("apiPush", &[Counted::Sent(SendKind::Push)]),
    ("apiMulticast", &[Counted::Sent(SendKind::Multicast)]),
    ("apiNarrowcast", &[Counted::Sent(SendKind::Narrowcast)]),
    ("apiReply", &[Counted::Sent(SendKind::Reply)]),
    ("pnpNoticeMessage", &[Counted::Sent(SendKind::PhoneNumber), Counted::ByTemplate]),
];

fn read(request: &Request) -> Result<Action, Answer> {
    let asked = request.parameter("date").and_then(|text| super::date(&text));
    let asked = asked.ok_or_else(bad_request)?;
    Ok(Box::new(move |scene| {
        if asked < FIRST {
            return Answer::ok(&json!({ "status": "out_of_service" }));
        }
        if asked >= day(scene.now) {
            return Answer::ok(&json!({ "status": "unready" }));
        }
        let mut json = json!({ "status": "ready" });
        let counts = &scene.channel().counts;
        for (name, counted) in WAYS {
            let sent = counted.iter().map(|counted| counts.get(*counted, asked));
            let sent = sent.fold(0, u64::saturating_add);
            if sent > 0 {
                json[name] = sent.into();
            }
        }
        Answer::ok(&json)
    }))
}
