use hikyaku_model::{Checker, Extra, limits::rates};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Request, body};
use crate::state::{chat::Target, log::Host, person::UserKey};

/// Marks a chat as read up to the message that a token came with.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/mark-as-read/>
pub(crate) const BY_TOKEN: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/chat/markAsRead",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read: read_by_token,
};

/// Marks all that a person has said as read.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#mark-messages-from-users-as-read>
pub(crate) const BY_USER: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/markAsRead",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read: read_by_user,
};

fn read_by_token(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let token = body.text("markAsReadToken", &mut errors)?;
    body::finish(errors)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let Some((_, (chat, message_id))) = scene.channel().read_tokens.get(&token, now) else {
            let message = "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook.";
            return Answer::error(StatusCode::BAD_REQUEST, message);
        };
        let (chat, message_id) = (chat.clone(), *message_id);
        scene.channel().mark_as_read(chat, message_id);
        Answer::empty(StatusCode::OK)
    }))
}

fn read_by_user(request: &Request) -> Result<Action, Answer> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Chat {
        user_id: String,
        /// With it serde reads objects alone; a list would pass for the fields in their order.
        #[serde(flatten)]
        _rest: Extra,
    }
    let invalid = || Answer::property_invalid("chat.chatId");
    let body = Body::read(request)?;
    let chat: Chat = body.optional("chat")?.ok_or_else(invalid)?;
    let user = UserKey::parse(&chat.user_id).ok_or_else(invalid)?;
    Ok(Box::new(move |scene| {
        if !scene.world.knows_of(scene.channel, user) {
            return Answer::property_invalid("chat.chatId");
        }
        let last = scene.world.last_message_id();
        scene.channel().mark_as_read(Target::User(user), last);
        Answer::empty(StatusCode::OK)
    }))
}
