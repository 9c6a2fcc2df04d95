//! The client for programs without async, as the feature `blocking`.
//!
//! ```no_run
//! use hikyaku::{Error, blocking::Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(hikyaku::Client::from_env()?)?;
//! client.push("U4af4980629000000000000000000000a", "hello")?;
//!
//! // Every other call, with its options, is made by `run`:
//! let quota = client.run(|line| line.quota())?;
//! let key = hikyaku::RetryKey::named("backup-2026-12-24", 0);
//! client.run(|line| line.push("U4af4980629000000000000000000000a", "hello").retry_key(key))?;
//!
//! // Lists and contents are iterators:
//! for user in client.iter(|line| line.followers().stream()) {
//!     println!("{}", user?);
//! }
//! # Ok(())
//! # }
//! ```

use std::{fmt, future::poll_fn, io, pin::Pin, sync::Arc};

use futures_core::Stream;
use tokio::runtime::{Builder, Runtime};

use crate::{Accepted, Error, IntoMessages, IntoReplyTo, IntoTo};

/// A [`Client`](crate::Client) whose calls block until they are done.
///
/// It is cheap to clone, and any number of threads can use it at once: clones share one connection pool. A background
/// thread looks after the connections and renews tokens between calls.
///
/// # Panics
/// Its calls panic in async code, which they would block: use the async client there.
#[derive(Clone)]
pub struct Client {
    line: crate::Client,
    serving: Arc<Serving>,
}

/// The runtime of all clones. It lives until the last clone is dropped.
struct Serving(Option<Runtime>);

impl Serving {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.as_ref().expect("it is taken only when dropped").block_on(future)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A plain drop would wait for the runtime's work, and panic in async code.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Creates a blocking client from an async one.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn new(client: crate::Client) -> io::Result<Self> {
        // The runtime needs its own thread, not only the callers': it has to notice a connection that the server closes
        // between two calls before the next request is written to it.
        let mut runtime = Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("hikyaku").enable_all().build()?;
        Ok(Self { line: client, serving: Arc::new(Serving(Some(runtime))) })
    }

    /// Makes any call of the client and waits for its result.
    ///
    /// ```no_run
    /// # fn example(client: hikyaku::blocking::Client) -> Result<(), hikyaku::Error> {
    /// let menus = client.run(|line| line.rich_menus())?;
    /// let content = client.run(async |line| {
    ///     line.wait_for_message_content("354718705033").await?.bytes(10 << 20).await
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn run<'a, F: IntoFuture>(
        &'a self,
        call: impl FnOnce(&'a crate::Client) -> F,
    ) -> F::Output {
        self.serving.block_on(async { call(&self.line).await })
    }

    /// Iterates over any stream of the client: the items of a list, or the chunks of a content.
    pub fn iter<'a, S: Stream>(
        &'a self,
        start: impl FnOnce(&'a crate::Client) -> S,
    ) -> Iter<'a, S> {
        let stream = self.serving.block_on(async { Box::pin(start(&self.line)) });
        Iter { serving: &self.serving, stream }
    }

    /// Sends messages to a user, a group or a room, like [`Client::push`](crate::Client::push).
    ///
    /// # Errors
    /// Those of [`Push`](crate::message::Push).
    pub fn push<'t, 'm>(
        &self,
        to: impl IntoTo<'t>,
        messages: impl IntoMessages<'m>,
    ) -> Result<Accepted, Error> {
        self.run(|line| line.push(to, messages))
    }

    /// Answers an event, like [`Client::reply`](crate::Client::reply).
    ///
    /// # Errors
    /// Those of [`Reply`](crate::message::Reply).
    pub fn reply<'t, 'm>(
        &self,
        reply_token: impl IntoReplyTo<'t>,
        messages: impl IntoMessages<'m>,
    ) -> Result<Accepted, Error> {
        self.run(|line| line.reply(reply_token, messages))
    }

    /// Sends the same messages to up to 500 users, like [`Client::multicast`](crate::Client::multicast).
    ///
    /// # Errors
    /// Those of [`Multicast`](crate::message::Multicast).
    pub fn multicast<'m>(
        &self,
        to: &[impl AsRef<str>],
        messages: impl IntoMessages<'m>,
    ) -> Result<Accepted, Error> {
        self.run(|line| line.multicast(to, messages))
    }

    /// Sends messages to every friend, like [`Client::broadcast`](crate::Client::broadcast).
    ///
    /// # Errors
    /// Those of [`Broadcast`](crate::message::Broadcast).
    pub fn broadcast<'m>(&self, messages: impl IntoMessages<'m>) -> Result<Accepted, Error> {
        self.run(|line| line.broadcast(messages))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.line).finish()
    }
}

/// A blocking iterator over the items of a stream. Made by [`Client::iter`].
pub struct Iter<'a, S> {
    serving: &'a Serving,
    stream: Pin<Box<S>>,
}

impl<S: Stream> Iterator for Iter<'_, S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let Self { serving, stream } = self;
        serving.block_on(poll_fn(|context| stream.as_mut().poll_next(context)))
    }
}

impl<S> fmt::Debug for Iter<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
