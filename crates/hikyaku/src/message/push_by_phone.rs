use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    SendKind,
    send::{DeliveryTag, PhoneHash},
};
use http::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, Messages,
    client::check,
    request::{Request, accept},
    route::{Gives, Route},
};

pub(super) static ROUTE: Route = Route::post("pushMessagesByPhone", "/bot/pnp/push")
    .headers(&["X-Line-Delivery-Tag"])
    .gives(Gives::Sent);

const DELIVERY_TAG: HeaderName = HeaderName::from_static("x-line-delivery-tag");

/// Sends a LINE notification message to the user of a phone number. Made by [`Client::push_by_phone`]; await it to
/// send.
///
/// Only accounts approved by LINE can use it. Accepted does not mean delivered: a `delivery` webhook reports the
/// delivery, and without one within 24 hours nobody received the message. This call has no retry key, so it is retried
/// only after a 429 for the rate limit, or while no byte of it can have left.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)), none of them an image, a video or an audio; 2,000 calls
/// a second.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`Rejected`](crate::ErrorKind::Rejected) with status 422: no LINE user with that number can receive the message.
/// # Source
/// <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct PushByPhone<'a> {
    client: &'a Client,
    delivery_tag: Option<DeliveryTag>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    to: PhoneHash,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
}

impl Client {
    /// Starts a [`PushByPhone`]; [`hash_phone_number`](crate::hash_phone_number) computes the hash.
    pub fn push_by_phone<'a, 'm: 'a>(
        &'a self,
        to: impl Into<PhoneHash>,
        messages: impl IntoMessages<'m>,
    ) -> PushByPhone<'a> {
        let body =
            Body { to: to.into(), messages: messages.into_messages(), notification_disabled: None };
        PushByPhone { client: self, delivery_tag: None, body }
    }
}

impl<'a> PushByPhone<'a> {
    /// Sets the tag that the `delivery` webhook contains instead of the phone number's hash.
    pub fn delivery_tag(mut self, tag: impl Into<DeliveryTag>) -> Self {
        self.delivery_tag = Some(tag.into());
        self
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.body.notification_disabled = Some(disabled);
        self
    }

    fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            checker.field("to", &self.body.to);
            self.body.messages.check(SendKind::PhoneNumber, checker);
        })?;
        let size_hint = self.body.messages.size_hint();
        let request = self.client.request(&ROUTE, &[])?.json_sized(&self.body, size_hint)?;
        match &self.delivery_tag {
            Some(tag) => tagged(request, tag),
            None => Ok(request),
        }
    }
}

/// Adds the delivery tag to a send to a phone number.
pub(super) fn tagged<'a>(request: Request<'a>, tag: &DeliveryTag) -> Result<Request<'a>, Error> {
    check(|checker| checker.field("X-Line-Delivery-Tag", tag))?;
    let value = HeaderValue::from_str(tag.as_str())
        .map_err(|error| Error::invalid("X-Line-Delivery-Tag", error.to_string()))?;
    Ok(request.header(DELIVERY_TAG, value))
}

impl<'a> IntoFuture for PushByPhone<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
