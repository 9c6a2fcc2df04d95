use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    ChatId, SendKind,
    limits::Problem,
    send::{AggregationUnit, check_aggregation_units},
};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, IntoTo, Messages, RetryKey, To,
    client::check,
    request::{Request, accept},
    route::Route,
};

pub(super) static ROUTE: Route = Route::keyed("pushMessage", "/v2/bot/message/push");

/// Sends messages to a user, a group or a room. Made by [`Client::push`]; await it to send.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)); 2,000 calls a second.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`QuotaExceeded`](crate::ErrorKind::QuotaExceeded): the monthly quota is used up; a group counts each member.
/// A 409 for this retry key is a success with `deduplicated` set.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Push<'a> {
    client: &'a Client,
    retry_key: Option<RetryKey>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    to: To<'a>,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    custom_aggregation_units: Vec<AggregationUnit>,
}

impl Client {
    /// Starts a [`Push`].
    pub fn push<'a, 't: 'a, 'm: 'a>(
        &'a self,
        to: impl IntoTo<'t>,
        messages: impl IntoMessages<'m>,
    ) -> Push<'a> {
        Push::new(self, to.into_to(), messages.into_messages())
    }
}

impl<'a> Push<'a> {
    fn new(client: &'a Client, to: To<'a>, messages: Messages<'a>) -> Self {
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

    pub(super) fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            if let Err(why) = ChatId::check(self.body.to.as_str()) {
                checker.report_field("to", Problem::Id(why));
            }
            self.body.messages.check(SendKind::Push, checker);
            check_aggregation_units(&self.body.custom_aggregation_units, checker);
        })?;
        self.client
            .request(&ROUTE, &[])?
            .retry_key(self.retry_key)
            .json_sized(&self.body, self.body.messages.size_hint())
    }
}

impl<'a> IntoFuture for Push<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The GNU allocator caches blocks of up to 1,032 bytes; larger ones cost a tenth of a microsecond more.
    #[test]
    fn the_future_of_a_push_is_small() {
        let client = Client::new("token").unwrap();
        assert!(size_of_val(&*client.push("U1", "hi").into_future()) <= 1032);
    }
}
