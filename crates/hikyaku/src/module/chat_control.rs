use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{ChatId, limits::Problem};
use serde::Serialize;

use crate::{
    Answer, Client, Error,
    client::{check, id},
    route::Route,
};

pub(super) static ACQUIRE: Route =
    Route::post("acquireChatControl", "/v2/bot/chat/{chatId}/control/acquire").idempotent();
pub(super) static RELEASE: Route =
    Route::post("releaseChatControl", "/v2/bot/chat/{chatId}/control/release")
        .without_body()
        .idempotent();

/// Gives the module channel control of a chat, so that it may answer there. Made by [`Client::acquire_chat_control`];
/// await it to make the call.
///
/// # Errors
/// [`Rejected`](crate::ErrorKind::Rejected) with status 423: another channel acquired the chat seconds ago.
/// # Source
/// <https://developers.line.biz/en/reference/partner-docs/#acquire-control-api>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct AcquireChatControl<'a> {
    client: &'a Client,
    chat: &'a str,
    body: Body,
}

#[derive(Debug, Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    expired: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
}

impl Client {
    /// Starts an [`AcquireChatControl`].
    pub fn acquire_chat_control<'a>(
        &'a self,
        chat: &'a (impl AsRef<str> + ?Sized),
    ) -> AcquireChatControl<'a> {
        AcquireChatControl { client: self, chat: chat.as_ref(), body: Body::default() }
    }

    /// Returns control of a chat to the account's own channel.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#release-control-api>
    pub async fn release_chat_control(
        &self,
        chat: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<()>, Error> {
        self.request(&RELEASE, &[id("chatId", chat, ChatId::check)?])?.send().await?.empty()
    }
}

impl AcquireChatControl<'_> {
    /// Sets whether control returns to the account by itself, which is the default.
    pub fn expired(mut self, expired: bool) -> Self {
        self.body.expired = Some(expired);
        self
    }

    /// Sets the seconds after which control returns: at most 31,536,000 (a year); the default is 3,600.
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.body.ttl = Some(seconds);
        self
    }

    async fn send(self) -> Result<Answer<()>, Error> {
        let chat = id("chatId", self.chat, ChatId::check)?;
        check(|checker| {
            if self.body.ttl.is_some_and(|ttl| !(1..=31_536_000).contains(&ttl)) {
                let range = Problem::Range { min: "1".into(), max: "31536000".into() };
                checker.report_field("ttl", range);
            }
        })?;
        self.client.request(&ACQUIRE, &[chat])?.json(&self.body)?.send().await?.empty()
    }
}

impl<'a> IntoFuture for AcquireChatControl<'a> {
    type Output = Result<Answer<()>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
