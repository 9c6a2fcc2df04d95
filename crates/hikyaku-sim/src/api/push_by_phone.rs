use hikyaku_model::{
    Checker, Event, EventKind, SendKind,
    event::PnpDelivery,
    limits::rates,
    send::{DeliveryTag, PhoneHash},
};
use http::{Method, StatusCode};

use super::{Action, Answer, Auth, Body, Endpoint, Request, Scene, body, send::Parcel};
use crate::state::{counts::Counted, friendship::Friendship, log::Host};

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
    let tag = delivery_tag(request)?;
    let parcel =
        Parcel { kind: SendKind::PhoneNumber, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let counted = Counted::Sent(SendKind::PhoneNumber);
        deliver(scene, parcel, counted, to, tag, StatusCode::OK)
    }))
}

/// What the `delivery` event is to bring back.
pub(super) fn delivery_tag(request: &Request) -> Result<Option<String>, Answer> {
    let Some(tag) = request.optional_header("x-line-delivery-tag") else { return Ok(None) };
    let tag = tag.to_str().ok().filter(|tag| tag.parse::<DeliveryTag>().is_ok());
    // LINE documents the lengths; the words are ours.
    let message = "The value for the 'X-Line-Delivery-Tag' header is invalid";
    let tag = tag.ok_or_else(|| Answer::error(StatusCode::BAD_REQUEST, message))?;
    Ok(Some(tag.to_owned()))
}

/// Brings a message to the person with the phone number of this hash, and tells the bot.
pub(super) fn deliver(
    scene: &mut Scene<'_>,
    parcel: Parcel,
    counted: Counted,
    to: String,
    tag: Option<String>,
    status: StatusCode,
) -> Answer {
    let provider = scene.channel().provider;
    let user = scene.world.people.by_phone(provider, &to);
    let open = user.filter(|user| scene.channel().friends.get(*user) != Friendship::Blocked);
    let Some(user) = open else {
        return Answer::failed_to_send(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let sent = scene.pack(parcel);
    let now = scene.now;
    scene.channel().counts.add(counted, 1, now);
    scene.bring(&sent, vec![user], None);
    let delivered = EventKind::Delivery(PnpDelivery::new(tag.unwrap_or(to)));
    scene.world.announce(scene.channel, Event::new(delivered));
    Answer::empty(status)
}
