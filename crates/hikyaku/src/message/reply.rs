use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{limits::Problem, send::SendKind};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, IntoReplyTo, Messages, ReplyTo,
    client::check,
    request::{Request, accept},
    route::{Gives, Repeat, Route},
};

pub(super) static ROUTE: Route = Route::post("replyMessage", "/v2/bot/message/reply")
    .repeat(Repeat::WithReplyToken)
    .gives(Gives::Sent);

/// Answers an event. Made by [`Client::reply`]; await it to send.
///
/// A reply does not count towards the monthly quota. It has no retry key, and needs none: LINE accepts a reply token
/// once, so the same reply is retried with it, for a minute, if LINE failed, the response was lost or the rate limit
/// was reached. A reply whose [`Error`] says [`may_have_landed`](Error::may_have_landed) was perhaps delivered. That
/// includes an error that calls the token invalid: an earlier attempt may have used it.
///
/// ```
/// use hikyaku::{Client, Error, Messages};
///
/// /// Says whatever a handler wants to say.
/// async fn say<'a>(
///     client: &Client,
///     reply_token: &str,
///     messages: impl Into<Messages<'a>>,
/// ) -> Result<(), Error> {
///     client.reply(reply_token, messages).await?;
///     Ok(())
/// }
/// ```
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)). A reply token works once, and for about one minute
/// after the webhook.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`Rejected`](crate::ErrorKind::Rejected): the token was used, has expired, or never was a reply token.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-reply-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Reply<'a> {
    pub(super) client: &'a Client,
    pub(super) body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    pub(super) reply_token: ReplyTo<'a>,
    pub(super) messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notification_disabled: Option<bool>,
}

impl Client {
    /// Starts a [`Reply`].
    ///
    /// The token can be passed as the webhook has it, including as an `Option`.
    pub fn reply<'a, 't: 'a, 'm: 'a>(
        &'a self,
        reply_token: impl IntoReplyTo<'t>,
        messages: impl IntoMessages<'m>,
    ) -> Reply<'a> {
        Reply::new(self, reply_token.into_reply_to(), messages.into_messages())
    }
}

impl<'a> Reply<'a> {
    fn new(client: &'a Client, reply_token: ReplyTo<'a>, messages: Messages<'a>) -> Self {
        Self { client, body: Body { reply_token, messages, notification_disabled: None } }
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.body.notification_disabled = Some(disabled);
        self
    }

    pub(super) fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            if self.body.reply_token.as_str().is_none_or(str::is_empty) {
                checker.report_field("replyToken", Problem::Required);
            }
            self.body.messages.check(SendKind::Reply, checker);
        })?;
        self.client.request(&ROUTE, &[])?.json_sized(&self.body, self.body.messages.size_hint())
    }
}

impl<'a> IntoFuture for Reply<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
