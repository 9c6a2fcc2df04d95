use hikyaku_model::{Checker, SendKind, limits::rates};
use http::{Method, StatusCode};

use super::{
    Action, Answer, Auth, Body, Endpoint, Request, body,
    send::{self, Parcel},
};
use crate::state::{Reach, chat::Target, log::Host};

/// Sends to one user, group or room. People who are no friends or have blocked the account receive nothing, and the
/// answer is 200 all the same.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/push",
    rate: rates::USUAL,
    takes_retry_key: true,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let to = body.text("to", &mut errors)?;
    let messages = body.messages(SendKind::Push, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    let unit = body.unit(&mut errors)?;
    body::finish(errors)?;
    let target = Target::parse(&to).ok_or_else(|| Answer::property_invalid("to"))?;
    let parcel = Parcel { kind: SendKind::Push, messages, notification_disabled, unit };
    Ok(Box::new(move |scene| {
        let Reach::People(people) = scene.world.reach(scene.channel, &target, scene.now) else {
            return Answer::failed_to_send(StatusCode::BAD_REQUEST);
        };
        if let Err(refused) = scene.pay(SendKind::Push, people.len()) {
            return refused;
        }
        let chat = if let Target::Chat(id) = &target { Some(id) } else { None };
        let sent = scene.pack(parcel);
        scene.hand_out(&sent, people, chat);
        send::sent_messages(&sent)
    }))
}
