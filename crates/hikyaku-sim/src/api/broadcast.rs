use hikyaku_model::{Checker, SendKind, limits::rates};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Request, body, send::Parcel};
use crate::state::log::Host;

/// Sends to all friends.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-broadcast-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/broadcast",
    rate: rates::BROADCAST,
    takes_retry_key: true,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let messages = body.messages(SendKind::Broadcast, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    body::finish(errors)?;
    let parcel = Parcel { kind: SendKind::Broadcast, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let friends: Vec<_> = scene.channel().friends.iter().map(|(user, _)| user).collect();
        if let Err(refused) = scene.pay(SendKind::Broadcast, friends.len()) {
            return refused;
        }
        let sent = scene.pack(parcel);
        scene.hand_out(&sent, friends, None);
        Answer::empty(StatusCode::OK)
    }))
}
