use std::{future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use hikyaku_model::{UserId, limits::Problem, send::check_loading_seconds};
use serde::Serialize;
use tokio::{runtime::Handle, task::AbortHandle, time::sleep};

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static ROUTE: Route = Route::post("showLoadingAnimation", "/v2/bot/chat/loading/start");

/// Shows a user that the bot is working, until the time is over or the next message arrives. Made by
/// [`Client::start_loading`]; await it to make the call.
///
/// # Limits
/// 5 to 60 seconds in steps of 5, 20 by default; one-on-one chats only; 100 calls a second.
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

/// The duration of the animation for each call of [`KeepLoading`], in seconds.
const SHOWN: u32 = 30;
const RENEWED: Duration = Duration::from_secs(25);

/// Shows a user that the bot is working until this value is dropped. Made by [`Client::keep_loading`].
#[derive(Debug)]
#[must_use = "the animation is not renewed when this is dropped"]
pub struct KeepLoading(Option<AbortHandle>);

impl Drop for KeepLoading {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl Client {
    /// Shows the loading animation in a one-on-one chat, and repeats it every 25 seconds until the returned value is
    /// dropped. LINE ends it with the bot's next message, or at most 30 seconds after the last call. In a group or
    /// room, where LINE has no animation, it does nothing. Failed calls are ignored.
    ///
    /// ```no_run
    /// # async fn think() -> String { String::new() }
    /// # async fn answer(client: hikyaku::Client, user: hikyaku_model::UserId) -> Result<(), hikyaku::Error> {
    /// let busy = client.keep_loading(&user);
    /// let answer = think().await;
    /// client.push(&user, answer).await?;
    /// drop(busy);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Limits
    /// It needs a running tokio runtime, and does nothing without one. 100 calls a second.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator>
    pub fn keep_loading(&self, chat: &(impl AsRef<str> + ?Sized)) -> KeepLoading {
        let (client, chat) = (self.clone(), chat.as_ref().to_owned());
        let Some(runtime) = Handle::try_current().ok().filter(|_| UserId::check(&chat).is_ok())
        else {
            return KeepLoading(None);
        };
        let task = runtime.spawn(async move {
            loop {
                // The next call may succeed.
                let _ = client.start_loading(&chat).seconds(SHOWN).await;
                sleep(RENEWED).await;
            }
        });
        KeepLoading(Some(task.abort_handle()))
    }
}

impl StartLoading<'_> {
    /// Sets the maximum duration of the animation, in seconds.
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
