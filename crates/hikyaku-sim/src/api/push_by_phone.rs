use hikyaku_model::{
    Checker, Event, EventKind, SendKind,
    event::PnpDelivery,
    limits::rates,
    send::{DeliveryTag, PhoneHash},
};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Request, body, send::Parcel};
use crate::state::{friendship::Friendship, log::Host};

/// Sends to the person with a phone number, friend or not, and tells the bot that it was delivered.
///
/// LINE does not say what happens where that person has blocked the account. Our choice: as if there were no such
/// person.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/bot/pnp/push",
    rate: rates::USUAL,
    takes_retry_key: false,
    auth: Auth::Channel,
    read,
};

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let to = body.text("to", &mut errors)?;
    if !to.is_empty()
        && let Err(problem) = to.parse::<PhoneHash>()
    {
        errors.report_field("to", problem);
    }
    let messages = body.messages(SendKind::PhoneNumber, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    body::finish(errors)?;
    let tag = request.optional_header("x-line-delivery-tag").map(|tag| {
        let tag = tag.to_str().ok().filter(|tag| tag.parse::<DeliveryTag>().is_ok());
        // LINE documents the lengths; the words are ours.
        let message = "The value for the 'X-Line-Delivery-Tag' header is invalid";
        tag.map(str::to_owned).ok_or_else(|| Answer::error(StatusCode::BAD_REQUEST, message))
    });
    let tag = tag.transpose()?;
    let parcel =
        Parcel { kind: SendKind::PhoneNumber, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let user = scene.world.people.by_phone(&to);
        let open = user.filter(|user| scene.channel().friends.get(*user) != Friendship::Blocked);
        let Some(user) = open else {
            return Answer::failed_to_send(StatusCode::UNPROCESSABLE_ENTITY);
        };
        let sent = scene.pack(parcel);
        scene.hand_out(&sent, vec![user], None);
        let data = tag.unwrap_or(to);
        let delivered = EventKind::Delivery(PnpDelivery::new(data));
        scene.world.announce(scene.channel, Event::new(delivered));
        Answer::empty(StatusCode::OK)
    }))
}
