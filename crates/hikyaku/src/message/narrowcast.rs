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

/// Sends messages to the friends that a choice picks, or to all. Made by [`Client::narrowcast`]; await it to send.
///
/// LINE only accepts it and sends later: [`Accepted::request_id`] is what
/// [`narrowcast_progress`](Client::narrowcast_progress) and [`wait_for_narrowcast`](Client::wait_for_narrowcast) ask
/// by. Without a [`limit`](Self::limit) it reserves messages for every friend it might reach, and other sends may find
/// the month used up until it ends.
///
/// # Limits
/// 1-5 messages ([`MESSAGES`](hikyaku_model::limits::MESSAGES)), at most 10 audiences and redeliveries, at most 10
/// filters; 60 calls an hour. A filter needs 100 reachable friends, and LINE sends to no fewer than 50.
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid): a limit is broken, or the recipient, the filter or the limit has something
/// unknown; nothing was sent.
/// [`Forbidden`](crate::ErrorKind::Forbidden): the account has too few friends for a filter. A 409 for this retry key is
/// no error: the value says `deduplicated`.
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
    /// Only these: audiences, earlier narrowcasts, and combinations of them.
    pub fn recipient(mut self, recipient: impl Into<Recipient>) -> Self {
        self.body.targeting.recipient = Some(recipient.into());
        self
    }

    /// Only friends who are like this.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.body.targeting.filter = Some(filter.into());
        self
    }

    /// No more than this.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.body.targeting.limit = Some(limit);
        self
    }

    /// The recipient, the filter and the limit at once, instead of what was set before.
    pub fn targeting(mut self, targeting: Targeting) -> Self {
        self.body.targeting = targeting;
        self
    }

    /// Sends the recipient, the filter and the limit though they have keys, types or words that this version does not
    /// know.
    ///
    /// Without it they are broken rules: LINE passes over a key that it does not know, so that a misspelt filter would
    /// reach every friend. This is for a key that LINE added after this version was made.
    pub fn allow_unknown_narrowing(mut self) -> Self {
        self.unknown_narrowing = true;
        self
    }

    /// Makes repeats safe beyond this call: LINE acts on the first request with this key only, for 24 hours.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.retry_key = Some(key.into());
        self
    }

    /// Whether phones stay silent.
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
