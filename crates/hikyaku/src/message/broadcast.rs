use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::send::SendKind;
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, Messages, RetryKey,
    client::check,
    request::{Request, accept},
    route::Route,
};

pub(super) static ROUTE: Route = Route::keyed("broadcast", "/v2/bot/message/broadcast");

/// Sends messages to every friend of the account. Made by [`Client::broadcast`]; await it to send.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)); 60 calls an hour.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`QuotaExceeded`](crate::ErrorKind::QuotaExceeded): the remaining monthly quota does not cover all friends; nobody
/// receives anything. A 409 for this retry key is a success with `deduplicated` set.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-broadcast-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Broadcast<'a> {
    client: &'a Client,
    retry_key: Option<RetryKey>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
}

impl Client {
    /// Starts a [`Broadcast`].
    pub fn broadcast<'a, 'm: 'a>(&'a self, messages: impl IntoMessages<'m>) -> Broadcast<'a> {
        Broadcast {
            client: self,
            retry_key: None,
            body: Body { messages: messages.into_messages(), notification_disabled: None },
        }
    }
}

impl<'a> Broadcast<'a> {
    /// Sets the retry key (idempotency key), for retries beyond this call: for 24 hours LINE acts only on the first
    /// request with it.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.retry_key = Some(key.into());
        self
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.body.notification_disabled = Some(disabled);
        self
    }

    fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| self.body.messages.check(SendKind::Broadcast, checker))?;
        self.client
            .request(&ROUTE, &[])?
            .retry_key(self.retry_key)
            .json_sized(&self.body, self.body.messages.size_hint())
    }
}

impl<'a> IntoFuture for Broadcast<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
