use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use hikyaku_model::{
    SendKind, UserId,
    limits::{MULTICAST_USERS, Problem, Segment},
    send::{AggregationUnit, check_aggregation_units},
};

use crate::{Accepted, Client, Error, ErrorKind, IntoMessages, Messages, RetryKey, client::check};

/// Sends the same messages to any number of users, 500 at a time. Made by [`Client::multicast_in_chunks`]; await it for
/// the result of each chunk.
///
/// Chunks are sent one after the other. Each has its own retry key, derived from the key of the whole send, so the
/// whole send can be retried for 24 hours: with the same key, the same users in the same order and the same messages,
/// no accepted chunk is sent again. (With another list under the same key, LINE would take new users for old ones.) To
/// survive a restart without keeping the list, use `hikyaku-sender`.
///
/// If LINE rejects a chunk, the others are still sent. Any other failure would most likely hit the next chunk as well,
/// so the rest is then not sent.
///
/// ```no_run
/// # async fn example(client: hikyaku::Client, users: Vec<String>) -> Result<(), hikyaku::Error> {
/// let key = hikyaku::RetryKey::named("news-2026-12-24", 0); // the job repeated has the same
/// let chunks = client.multicast_in_chunks(&users, "we open at nine").retry_key(key).await?;
/// for chunk in chunks.iter().filter(|chunk| !chunk.is_accepted()) {
///     eprintln!("{} users got nothing: {:?}", chunk.users.len(), chunk.result);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Invalid`](ErrorKind::Invalid): a limit is broken, or an id is not a user's; nothing was sent. All other errors are
/// in the chunks.
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct MulticastInChunks<'a> {
    client: &'a Client,
    users: Vec<&'a str>,
    messages: Messages<'a>,
    retry_key: RetryKey,
    notification_disabled: Option<bool>,
    unit: Option<AggregationUnit>,
}

/// The result for up to 500 users of a [`MulticastInChunks`].
#[derive(Debug)]
#[non_exhaustive]
pub struct MulticastChunk<'a> {
    /// The users.
    pub users: Vec<&'a str>,
    /// The retry key of this chunk, the same whenever the whole is sent under the same key.
    pub retry_key: RetryKey,
    /// LINE's response; `None` if the failure of an earlier chunk ended the send before this one.
    pub result: Option<Result<Accepted, Error>>,
}

impl MulticastChunk<'_> {
    /// Returns whether LINE accepted the chunk, now or when the whole was sent before.
    pub fn is_accepted(&self) -> bool {
        matches!(self.result, Some(Ok(_)))
    }
}

impl Client {
    /// Starts a [`MulticastInChunks`].
    pub fn multicast_in_chunks<'a, 'm: 'a>(
        &'a self,
        users: &'a [impl AsRef<str>],
        messages: impl IntoMessages<'m>,
    ) -> MulticastInChunks<'a> {
        MulticastInChunks {
            client: self,
            users: users.iter().map(AsRef::as_ref).collect(),
            messages: messages.into_messages(),
            retry_key: RetryKey::new(),
            notification_disabled: None,
            unit: None,
        }
    }
}

impl<'a> MulticastInChunks<'a> {
    /// Sets the retry key of the whole, which makes retries safe: the key of each chunk is derived from it and the
    /// chunk's number.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.retry_key = key.into();
        self
    }

    /// Sets whether users receive the messages without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.notification_disabled = Some(disabled);
        self
    }

    /// Sets the aggregation unit under which LINE counts impressions and clicks of all chunks: at most one, of 1-30
    /// letters, digits and `_`.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    pub fn unit(mut self, name: impl Into<AggregationUnit>) -> Self {
        self.unit = Some(name.into());
        self
    }

    async fn send(self) -> Result<Vec<MulticastChunk<'a>>, Error> {
        self.check()?;
        let messages = self.messages.prepare()?;
        let mut chunks: Vec<_> = self
            .users
            .chunks(MULTICAST_USERS.max)
            .enumerate()
            .map(|(number, users)| {
                let retry_key = chunk_key(self.retry_key, number);
                MulticastChunk { users: users.to_vec(), retry_key, result: None }
            })
            .collect();
        for chunk in &mut chunks {
            let mut multicast =
                self.client.multicast(&chunk.users, &messages).retry_key(chunk.retry_key);
            if let Some(disabled) = self.notification_disabled {
                multicast = multicast.notification_disabled(disabled);
            }
            if let Some(unit) = &self.unit {
                multicast = multicast.unit(unit.clone());
            }
            let result = chunk.result.insert(multicast.await);
            if result.as_ref().is_err_and(|error| error.kind() != ErrorKind::Rejected) {
                break;
            }
        }
        Ok(chunks)
    }

    fn check(&self) -> Result<(), Error> {
        check(|checker| {
            checker.at(Segment::Field("to"), |checker| {
                for (index, user) in self.users.iter().enumerate() {
                    if let Err(why) = UserId::check(user) {
                        checker
                            .at(Segment::Index(index), |checker| checker.report(Problem::Id(why)));
                    }
                }
            });
            self.messages.check(SendKind::Multicast, checker);
            check_aggregation_units(self.unit.as_slice(), checker);
        })
    }
}

impl<'a> IntoFuture for MulticastInChunks<'a> {
    type Output = Result<Vec<MulticastChunk<'a>>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Derives the key of a chunk from the key of the whole and the chunk's number, from 0.
fn chunk_key(whole: RetryKey, number: usize) -> RetryKey {
    whole.derive(number.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_derives_the_same_keys() {
        // The same as `uuid.uuid5(uuid.NAMESPACE_DNS, "0")` and so on in Python.
        let whole: RetryKey = "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        let keys = [0, 1, 12].map(|number| chunk_key(whole, number).to_string());
        let expected = [
            "6af613b6-569c-5c22-9c37-2ed93f31d3af",
            "b04965e6-a9bb-591f-8f8a-1adcb2c8dc39",
            "52524d6e-10dc-5261-aa36-8b2efcbaa5f0",
        ];
        assert_eq!(keys, expected);
    }
}
