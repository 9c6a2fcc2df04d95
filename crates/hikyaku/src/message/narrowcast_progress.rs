use std::{future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Answer, Client, Error, error::told, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getNarrowcastProgress", "/v2/bot/message/progress/narrowcast")
        .query(&["requestId"]);

/// The longest interval between two polls, unless one is set.
const LONGEST_POLL: Duration = Duration::from_secs(30);

/// The progress of a narrowcast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NarrowcastProgress {
    /// The phase.
    pub phase: NarrowcastPhase,
    /// The number of users who received the messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_count: Option<u64>,
    /// The number of users who did not receive the messages, for example because they blocked the account meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_count: Option<u64>,
    /// The number of users to whom the messages are addressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_count: Option<u64>,
    /// The reason for the failure, in LINE's words.
    ///
    /// It has at most 500 characters and no control characters.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "told_if_any")]
    pub failed_description: Option<String>,
    /// The reason for the failure: 1 internal error, 2 too few recipients, 3 a request that was already accepted, 4 an
    /// audience that is too small, 5 cancelled because not all recipients could be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u32>,
    /// The time at which LINE accepted it: ISO 8601, UTC, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_time: Option<String>,
    /// The time at which it ended, in the same format as `accepted_time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_time: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The phase of a narrowcast.
    NarrowcastPhase {
        /// LINE is looking for the recipients; there are no counts yet.
        Waiting = "waiting",
        /// LINE is sending the messages.
        Sending = "sending",
        /// LINE has sent the messages, which does not mean that every user received them.
        Succeeded = "succeeded",
        /// LINE stopped; [`NarrowcastProgress::error_code`] gives the reason.
        Failed = "failed",
    }
}

impl NarrowcastPhase {
    /// Returns whether the narrowcast has ended.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

impl Client {
    /// Returns the progress of a narrowcast, by the request id from its acceptance.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): there is no such narrowcast, or it is more than 14 days old.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status>
    pub async fn narrowcast_progress(
        &self,
        request_id: &str,
    ) -> Result<Answer<NarrowcastProgress>, Error> {
        self.request(&ROUTE, &[])?.query("requestId", request_id).read().await
    }

    /// Starts a [`WaitForNarrowcast`].
    pub fn wait_for_narrowcast<'a>(&'a self, request_id: &'a str) -> WaitForNarrowcast<'a> {
        WaitForNarrowcast { client: self, request_id, poll: None, on_progress: None }
    }
}

/// Polls a narrowcast's progress until it ends. Made by [`Client::wait_for_narrowcast`]; await it for the final
/// progress, which may report a failure of the narrowcast.
///
/// It polls after 1, 2, 4 … and then every 30 seconds. It waits until the narrowcast ends, which may take minutes: wrap
/// it in a timeout if that matters.
///
/// ```no_run
/// # async fn example(client: hikyaku::Client, request_id: &str) -> Result<(), hikyaku::Error> {
/// let end = client
///     .wait_for_narrowcast(request_id)
///     .on_progress(|progress| println!("{:?} of {:?}", progress.success_count, progress.target_count))
///     .await?;
/// println!("{:?}", end.phase);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is awaited"]
pub struct WaitForNarrowcast<'a> {
    client: &'a Client,
    request_id: &'a str,
    poll: Option<Duration>,
    on_progress: Option<OnProgress<'a>>,
}

type OnProgress<'a> = Box<dyn FnMut(&NarrowcastProgress) + Send + 'a>;

impl<'a> WaitForNarrowcast<'a> {
    /// Polls at this interval instead of ever longer ones.
    pub fn poll(mut self, pause: Duration) -> Self {
        self.poll = Some(pause);
        self
    }

    /// Sets a callback for the progress at each poll, including the last.
    pub fn on_progress(mut self, on_progress: impl FnMut(&NarrowcastProgress) + Send + 'a) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

    async fn wait(mut self) -> Result<Answer<NarrowcastProgress>, Error> {
        let mut pause = Duration::from_secs(1);
        loop {
            tokio::time::sleep(self.poll.unwrap_or(pause)).await;
            pause = (pause * 2).min(LONGEST_POLL);
            let progress = self.client.narrowcast_progress(self.request_id).await?;
            if let Some(on_progress) = &mut self.on_progress {
                on_progress(&progress);
            }
            if progress.phase.is_final() {
                return Ok(progress);
            }
        }
    }
}

impl std::fmt::Debug for WaitForNarrowcast<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitForNarrowcast")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl<'a> IntoFuture for WaitForNarrowcast<'a> {
    type Output = Result<Answer<NarrowcastProgress>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

fn told_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(|text| told(&text)))
}
