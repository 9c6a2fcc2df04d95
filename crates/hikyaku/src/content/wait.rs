use std::{future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use tokio::time::Instant;

use super::{Content, MessageContent, TranscodingStatus};
use crate::{Client, Error, ErrorKind, retry::deadline};

/// The longest interval between two polls, unless one is set.
const LONGEST_POLL: Duration = Duration::from_secs(8);

/// Waits until LINE has a message's content ready, and returns it. Made by [`Client::wait_for_message_content`]; await
/// it for a stream of the bytes, or call [`bytes`](Self::bytes) or [`save`](Self::save) for all of them.
///
/// While LINE is still preparing the content, it polls after 1, 2, 4 and then every 8 seconds.
///
/// # Errors
/// Those of [`Client::message_content`]. [`Transient`](ErrorKind::Transient): the limit was reached.
/// [`Gone`](ErrorKind::Gone): LINE failed to prepare the content, which will never be available.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct WaitForMessageContent<'a> {
    pub(super) client: &'a Client,
    message_id: &'a str,
    limit: Duration,
    poll: Option<Duration>,
}

impl Client {
    /// Starts a [`WaitForMessageContent`], which waits at most one minute by default.
    pub fn wait_for_message_content<'a>(
        &'a self,
        message_id: &'a (impl AsRef<str> + ?Sized),
    ) -> WaitForMessageContent<'a> {
        WaitForMessageContent {
            client: self,
            message_id: message_id.as_ref(),
            limit: Duration::from_secs(60),
            poll: None,
        }
    }
}

impl WaitForMessageContent<'_> {
    /// Sets the maximum time to wait.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Polls at this interval instead of ever longer ones.
    pub fn poll(mut self, pause: Duration) -> Self {
        self.poll = Some(pause);
        self
    }

    pub(super) async fn wait(&self) -> Result<Content, Error> {
        let end = deadline(Instant::now(), self.limit);
        let mut pause = Duration::from_secs(1);
        loop {
            if let MessageContent::Ready(content) =
                self.client.message_content(self.message_id).await?
            {
                return Ok(content);
            }
            loop {
                let wake = deadline(Instant::now(), self.poll.unwrap_or(pause));
                if wake > end {
                    let why = format!("LINE still prepares the content after {:?}", self.limit);
                    return Err(Error::verdict(ErrorKind::Transient, &why));
                }
                tokio::time::sleep_until(wake).await;
                pause = (pause * 2).min(LONGEST_POLL);
                let transcoding = self.client.message_content_transcoding(self.message_id).await?;
                match transcoding.status {
                    TranscodingStatus::Succeeded => break,
                    TranscodingStatus::Failed => {
                        let why = "LINE failed to prepare the content; it will not come";
                        return Err(Error::verdict(ErrorKind::Gone, why));
                    }
                    TranscodingStatus::Processing | TranscodingStatus::Other(_) => {}
                }
            }
        }
    }
}

impl<'a> IntoFuture for WaitForMessageContent<'a> {
    type Output = Result<Content, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.wait().await })
    }
}
