use hikyaku_model::{
    Checker, SendKind,
    limits::rates,
    limits::{self, Problem, Segment},
};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Request, body, send::Parcel};
use crate::state::{log::Host, person::UserKey};

/// Sends to many users. Those who are no friends, have blocked the account or are unknown receive nothing, and the
/// answer is 200 all the same.
///
/// LINE documents both 200 and 400 for unknown ids of the right form; our choice is 200. Nor does it say what happens to
/// an id that is named twice; our choice is to serve it twice, so that a sender's mistake shows.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/multicast",
    rate: rates::MULTICAST,
    takes_retry_key: true,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let to: Option<Vec<String>> = body.optional("to")?;
    match &to {
        None => errors.report_field("to", Problem::Required),
        Some(to) => errors.at(Segment::Field("to"), |errors| {
            errors.count(to.len(), limits::MULTICAST_USERS);
        }),
    }
    let messages = body.messages(SendKind::Multicast, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    let unit = body.unit(&mut errors)?;
    body::finish(errors)?;
    let mut users = Vec::new();
    for (index, id) in to.unwrap_or_default().iter().enumerate() {
        // LINE prints this one without the quotation marks that others have.
        let invalid = || {
            let words = format!(
                "The property, to[{index}], in the request body is invalid (line: -, column: -)"
            );
            Answer::error(StatusCode::BAD_REQUEST, &words)
        };
        users.push(UserKey::parse(id).ok_or_else(invalid)?);
    }
    let parcel = Parcel { kind: SendKind::Multicast, messages, notification_disabled, unit };
    Ok(Box::new(move |scene| {
        users.retain(|user| scene.is_friend(*user));
        if let Err(refused) = scene.pay(SendKind::Multicast, users.len()) {
            return refused;
        }
        let sent = scene.pack(parcel);
        scene.hand_out(&sent, users, None);
        Answer::empty(StatusCode::OK)
    }))
}
