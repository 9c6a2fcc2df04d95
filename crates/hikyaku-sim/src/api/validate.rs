//! Validation of messages without sending them.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message>

use hikyaku_model::{Checker, SendKind, limits::rates};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Read, Request, body};
use crate::state::log::Host;

pub(crate) const REPLY: Endpoint =
    endpoint("/v2/bot/message/validate/reply", |request| read(request, SendKind::Reply));

pub(crate) const PUSH: Endpoint =
    endpoint("/v2/bot/message/validate/push", |request| read(request, SendKind::Push));

pub(crate) const MULTICAST: Endpoint =
    endpoint("/v2/bot/message/validate/multicast", |request| read(request, SendKind::Multicast));

pub(crate) const NARROWCAST: Endpoint =
    endpoint("/v2/bot/message/validate/narrowcast", |request| read(request, SendKind::Narrowcast));

pub(crate) const BROADCAST: Endpoint =
    endpoint("/v2/bot/message/validate/broadcast", |request| read(request, SendKind::Broadcast));

const fn endpoint(path: &'static str, read: Read) -> Endpoint {
    Endpoint {
        host: Host::Api,
        method: Method::POST,
        path,
        rate: rates::USUAL,
        takes_retry_key: false,
        auth: Auth::Channel,
        read,
    }
}

fn read(request: &Request, kind: SendKind) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    body.messages(kind, &mut errors)?;
    body::finish(errors)?;
    Ok(Box::new(|_| Answer::empty(StatusCode::OK)))
}
