use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    SendKind,
    send::{AggregationUnit, check_aggregation_units, check_multicast_users},
};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, Messages, RetryKey,
    client::check,
    request::{Request, accept},
    route::Route,
};

pub(super) static ROUTE: Route = Route::keyed("multicast", "/v2/bot/message/multicast");

/// Sends the same messages to many users. Made by [`Client::multicast`]; await it to send.
///
/// # Limits
/// 1-500 users ([`MULTICAST_USERS`](hikyaku_model::limits::MULTICAST_USERS)), no groups or rooms, and 1-5 messages
/// ([`MESSAGES`](hikyaku_model::limits::MESSAGES)); 200 calls a second.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`QuotaExceeded`](crate::ErrorKind::QuotaExceeded): the remaining monthly quota does not cover all users; nobody
/// receives anything. A 409 for this retry key is a success with `deduplicated` set.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Multicast<'a> {
    client: &'a Client,
    retry_key: Option<RetryKey>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    to: Vec<&'a str>,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    custom_aggregation_units: Vec<AggregationUnit>,
}

impl Client {
    /// Starts a [`Multicast`].
    pub fn multicast<'a, 'm: 'a>(
        &'a self,
        to: &'a [impl AsRef<str>],
        messages: impl IntoMessages<'m>,
    ) -> Multicast<'a> {
        let to = to.iter().map(AsRef::as_ref).collect();
        Multicast::new(self, to, messages.into_messages())
    }
}

impl<'a> Multicast<'a> {
    fn new(client: &'a Client, to: Vec<&'a str>, messages: Messages<'a>) -> Self {
        let body = Body {
            to,
            messages,
            notification_disabled: None,
            custom_aggregation_units: Vec::new(),
        };
        Self { client, retry_key: None, body }
    }

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

    /// Sets the aggregation unit under which LINE counts impressions and clicks: at most one, of 1-30 letters, digits
    /// and `_`.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    pub fn unit(mut self, name: impl Into<AggregationUnit>) -> Self {
        self.body.custom_aggregation_units = vec![name.into()];
        self
    }

    fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            check_multicast_users(&self.body.to, checker);
            self.body.messages.check(SendKind::Multicast, checker);
            check_aggregation_units(&self.body.custom_aggregation_units, checker);
        })?;
        let size_hint = self.body.messages.size_hint() + self.body.to.len() * 36;
        self.client
            .request(&ROUTE, &[])?
            .retry_key(self.retry_key)
            .json_sized(&self.body, size_hint)
    }
}

impl<'a> IntoFuture for Multicast<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
