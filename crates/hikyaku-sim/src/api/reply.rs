use hikyaku_model::{Checker, SendKind, limits::rates};
use http::{Method, StatusCode};

use super::{
    Action, Answer, Auth, Body, Endpoint, Request, body,
    module::account,
    send::{self, Parcel},
};
use crate::state::{Reach, chat::Target, holder::Holder, log::Host};

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
    auth: Auth::Speaker,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let (body, bot) = (Body::read(request)?, account::bot(request));
    let mut errors = Checker::strict();
    let token = body.text("replyToken", &mut errors)?;
    let messages = body.messages(SendKind::Reply, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    body::finish(errors)?;
    let parcel = Parcel { kind: SendKind::Reply, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let module = match scene.caller {
            Some(Holder::Module(module)) => Some(module),
            _ => None,
        };
        if module.is_some_and(|module| !account::act_for(scene, module, bot.as_deref())) {
            let words = "Access to this API is not available for your account";
            return Answer::error(StatusCode::FORBIDDEN, words);
        }
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
