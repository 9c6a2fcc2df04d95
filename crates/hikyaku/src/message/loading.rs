use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{UserId, limits::Problem, send::check_loading_seconds};
use serde::Serialize;

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static ROUTE: Route = Route::post("showLoadingAnimation", "/v2/bot/chat/loading/start");

/// Shows a user that the bot is at work, until the time is over or the next message comes. Made by
/// [`Client::start_loading`]; await it to make the call.
///
/// # Limits
/// 5 to 60 seconds in steps of 5, 20 unless set; only in chats with one user; 100 calls a second.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct StartLoading<'a> {
    client: &'a Client,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    chat_id: &'a str,
    loading_seconds: u32,
}

impl Client {
    /// Starts a [`StartLoading`].
    pub fn start_loading<'a>(&'a self, user: &'a (impl AsRef<str> + ?Sized)) -> StartLoading<'a> {
        StartLoading { client: self, body: Body { chat_id: user.as_ref(), loading_seconds: 20 } }
    }
}

impl StartLoading<'_> {
    /// How long the animation shows at most.
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.body.loading_seconds = seconds;
        self
    }

    async fn send(self) -> Result<Answer<()>, Error> {
        check(|checker| {
            if let Err(why) = UserId::check(self.body.chat_id) {
                checker.report_field("chatId", Problem::Id(why));
            }
            check_loading_seconds(self.body.loading_seconds, checker);
        })?;
        self.client.request(&ROUTE, &[])?.json(&self.body)?.send().await?.empty()
    }
}

impl<'a> IntoFuture for StartLoading<'a> {
    type Output = Result<Answer<()>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
