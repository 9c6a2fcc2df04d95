use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    Check, SendKind,
    audience::{Filter, Limit, Recipient, Targeting},
};
use serde::Serialize;

use crate::{
    Accepted, Client, Error, IntoMessages, Messages, RetryKey,
    client::check,
    request::{Request, accept},
    route::Route,
};

pub(super) static ROUTE: Route = Route::keyed("narrowcast", "/v2/bot/message/narrowcast");

/// Sends messages to all friends, or to those who match audiences and filters. Made by [`Client::narrowcast`]; await it
/// to send.
///
/// LINE accepts the request and sends later: pass [`Accepted::request_id`] to
/// [`narrowcast_progress`](Client::narrowcast_progress) or [`wait_for_narrowcast`](Client::wait_for_narrowcast).
/// Without a [`limit`](Self::limit), LINE reserves quota for every friend who may be reached, and other sends may
/// exceed the monthly quota until the narrowcast ends.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)), at most 10 audiences and redeliveries, at most 10
/// filters; 60 calls an hour. A filter needs 100 reachable friends, and LINE sends to no fewer than 50.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken, or the recipient, the filter or the limit contains
/// something unknown; nothing was sent.
/// [`Forbidden`](crate::ErrorKind::Forbidden): the account has too few friends for a filter. A 409 for this retry key
/// is a success with `deduplicated` set.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
///
/// ```no_run
/// # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
/// use hikyaku::model::audience::{DemographicFilter, Gender, Limit, Recipient};
///
/// let sent = client
///     .narrowcast("Only this weekend")
///     .recipient(Recipient::not(Recipient::audience(5614991017776)))
///     .filter(DemographicFilter::gender([Gender::Female]))
///     .limit(Limit::new().up_to_remaining_quota(true))
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Narrowcast<'a> {
    client: &'a Client,
    retry_key: Option<RetryKey>,
    unknown_narrowing: bool,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    messages: Messages<'a>,
    #[serde(flatten)]
    targeting: Targeting,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
}

impl Client {
    /// Starts a [`Narrowcast`].
    pub fn narrowcast<'a, 'm: 'a>(&'a self, messages: impl IntoMessages<'m>) -> Narrowcast<'a> {
        let messages = messages.into_messages();
        let body = Body { messages, targeting: Targeting::default(), notification_disabled: None };
        Narrowcast { client: self, retry_key: None, unknown_narrowing: false, body }
    }
}

impl<'a> Narrowcast<'a> {
    /// Sets the recipients: audiences, earlier narrowcasts, and combinations of them.
    pub fn recipient(mut self, recipient: impl Into<Recipient>) -> Self {
        self.body.targeting.recipient = Some(recipient.into());
        self
    }

    /// Sets the filter by attributes.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.body.targeting.filter = Some(filter.into());
        self
    }

    /// Sets the limit on the number of recipients.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.body.targeting.limit = Some(limit);
        self
    }

    /// Sets recipient, filter and limit at once, replacing earlier values.
    pub fn targeting(mut self, targeting: Targeting) -> Self {
        self.body.targeting = targeting;
        self
    }

    /// Sends the recipient, the filter and the limit although they contain keys, types or values that this version does
    /// not know.
    ///
    /// By default these are broken rules: LINE ignores a key that it does not know, so a misspelt filter would reach
    /// every friend. Call this for a key that LINE added after this version was released.
    pub fn allow_unknown_narrowing(mut self) -> Self {
        self.unknown_narrowing = true;
        self
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

    fn request(&self) -> Result<Request<'a>, Error> {
        check(|checker| {
            self.body.messages.check(SendKind::Narrowcast, checker);
            if self.unknown_narrowing {
                checker.allow_unknown_narrowing();
            }
            self.body.targeting.check(checker);
        })?;
        let size_hint = self.body.messages.size_hint();
        let request = self.client.request(&ROUTE, &[])?.retry_key(self.retry_key);
        request.json_sized(&self.body, size_hint)
    }
}

impl<'a> IntoFuture for Narrowcast<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
