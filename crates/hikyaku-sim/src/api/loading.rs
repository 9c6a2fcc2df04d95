use hikyaku_model::{Checker, limits::rates, send};
use http::{Method, StatusCode};
use jiff::SignedDuration;

use super::{Action, Answer, Auth, Body, Endpoint, Request, body};
use crate::{
    clock::later,
    state::{log::Host, person::UserKey},
};

/// Shows a loading animation in the chat with one friend, until it times out or a message arrives. Others see none, and the
/// answer is 202 all the same.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/chat/loading/start",
    rate: rates::LOADING,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let chat = body.text("chatId", &mut errors)?;
    let seconds: u32 = body.optional("loadingSeconds")?.unwrap_or(20);
    send::check_loading_seconds(seconds, &mut errors);
    body::finish(errors)?;
    let user = UserKey::parse(&chat).ok_or_else(|| {
        let words =
            "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.";
        Answer::detail(StatusCode::BAD_REQUEST, "chatId", words)
    })?;
    Ok(Box::new(move |scene| {
        let until = later(scene.now, SignedDuration::from_secs(seconds.into()));
        if scene.is_friend(user) {
            scene.channel().loading.insert(user, until);
        }
        Answer::empty(StatusCode::ACCEPTED)
    }))
}
