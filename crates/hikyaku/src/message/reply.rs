use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{limits::Problem, send::SendKind};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, Messages,
    client::check,
    request::{Request, accept},
    route::Route,
};

pub(super) static ROUTE: Route = Route::post("replyMessage", "/v2/bot/message/reply");

/// Answers an event. Made by [`Client::reply`]; await it to send.
///
/// A reply costs none of the month's messages. It has no retry key: it is repeated only while no byte of it can have
/// left, and an [`Error`] that [`may_have_landed`](Error::may_have_landed) was probably delivered.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)). A reply token works once, and within about a minute
/// of the webhook.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken; nothing was sent.
/// [`Rejected`](crate::ErrorKind::Rejected): the token was used, is too old, or never was one.
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
    reply_token: &'a str,
    pub(super) messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notification_disabled: Option<bool>,
}

impl Client {
    /// Starts a [`Reply`].
    pub fn reply<'a>(
        &'a self,
        reply_token: &'a str,
        messages: impl Into<Messages<'a>>,
    ) -> Reply<'a> {
        Reply {
            client: self,
            body: Body { reply_token, messages: messages.into(), notification_disabled: None },
        }
    }
}

impl<'a> Reply<'a> {
    /// Whether phones stay silent.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.body.notification_disabled = Some(disabled);
        self
    }

    pub(super) fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            if self.body.reply_token.is_empty() {
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
