use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::audience::{Filter, Limit, Recipient, Targeting};
use serde::Serialize;

use crate::{Answer, Client, Error, IntoMessages, Messages, route::Route};

pub(super) static REPLY: Route =
    Route::post("validateReply", "/v2/bot/message/validate/reply").idempotent();
pub(super) static PUSH: Route =
    Route::post("validatePush", "/v2/bot/message/validate/push").idempotent();
pub(super) static MULTICAST: Route =
    Route::post("validateMulticast", "/v2/bot/message/validate/multicast").idempotent();
pub(super) static NARROWCAST: Route =
    Route::post("validateNarrowcast", "/v2/bot/message/validate/narrowcast").idempotent();
pub(super) static BROADCAST: Route =
    Route::post("validateBroadcast", "/v2/bot/message/validate/broadcast").idempotent();

/// The kinds of send for which LINE validates messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValidateKind {
    /// [`Reply`](super::Reply)
    Reply,
    /// [`Push`](super::Push)
    Push,
    /// [`Multicast`](super::Multicast)
    Multicast,
    /// [`Narrowcast`](super::Narrowcast)
    Narrowcast,
    /// [`Broadcast`](super::Broadcast)
    Broadcast,
}

impl ValidateKind {
    fn route(self) -> &'static Route {
        match self {
            Self::Reply => &REPLY,
            Self::Push => &PUSH,
            Self::Multicast => &MULTICAST,
            Self::Narrowcast => &NARROWCAST,
            Self::Broadcast => &BROADCAST,
        }
    }
}

/// Asks LINE whether it would send messages, without sending them. Made by [`Client::validate`]; await it to ask.
///
/// Only LINE checks the messages: no limit is checked before the call.
/// [`Check::validate`](hikyaku_model::Check::validate)
/// checks them against this crate's rules, without a network.
///
/// # Errors
/// [`Rejected`](crate::ErrorKind::Rejected): LINE would refuse them; [`Error::details`] gives the reasons.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct Validate<'a> {
    client: &'a Client,
    kind: ValidateKind,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    messages: Messages<'a>,
    #[serde(flatten)]
    targeting: Targeting,
}

impl Client {
    /// Starts a [`Validate`].
    pub fn validate<'a, 'm: 'a>(
        &'a self,
        kind: ValidateKind,
        messages: impl IntoMessages<'m>,
    ) -> Validate<'a> {
        let body = Body { messages: messages.into_messages(), targeting: Targeting::default() };
        Validate { client: self, kind, body }
    }
}

impl Validate<'_> {
    /// Adds a narrowcast's recipient. LINE documents only that it checks the messages.
    pub fn recipient(mut self, recipient: impl Into<Recipient>) -> Self {
        self.body.targeting.recipient = Some(recipient.into());
        self
    }

    /// Adds a narrowcast's filter.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.body.targeting.filter = Some(filter.into());
        self
    }

    /// Adds a narrowcast's limit.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.body.targeting.limit = Some(limit);
        self
    }

    /// Sets a narrowcast's recipient, filter and limit at once, replacing earlier values.
    pub fn targeting(mut self, targeting: Targeting) -> Self {
        self.body.targeting = targeting;
        self
    }

    async fn ask(self) -> Result<Answer<()>, Error> {
        self.client.request(self.kind.route(), &[])?.json(&self.body)?.send().await?.empty()
    }
}

impl<'a> IntoFuture for Validate<'a> {
    type Output = Result<Answer<()>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}
