use hikyaku_model::{Checker, SendKind, limits::rates};
use http::{Method, StatusCode};

use super::{
    Action, Answer, Auth, Body, Endpoint, Request, body,
    send::{self, Parcel},
};
use crate::state::{Reach, chat::Target, log::Host};

/// Answers a reply token.
///
/// LINE does not say whether a reply that fails uses up its token. Our choice: only a 200 does.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/reply",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let token = body.text("replyToken", &mut errors)?;
    let messages = body.messages(SendKind::Reply, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    body::finish(errors)?;
    let parcel = Parcel { kind: SendKind::Reply, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let module = scene.module();
        let Some(target) = scene.channel().use_reply_token(&token, module, now) else {
            return Answer::error(StatusCode::BAD_REQUEST, "Invalid reply token");
        };
        let people = match scene.world.reach(scene.channel, &target, now) {
            Reach::People(people) => people,
            Reach::Unknown => Vec::new(),
        };
        let chat = if let Target::Chat(id) = &target { Some(id) } else { None };
        let sent = scene.pack(parcel);
        scene.hand_out(&sent, people, chat);
        send::sent_messages(&sent)
    }))
}
