use std::{fmt, sync::Arc, time::SystemTime};

use http::request::Parts;

use crate::{Error, Verifier, Webhook, body};

/// The default limit of a [`Receiver`] on the length of a body: 1 MiB, some thousand events.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A receiver of LINE's requests: checks their size, finds the secret, verifies the signature and reads the events.
///
/// It is a function over the `http` crate's requests, so it works with any server, or without one. Cheap to clone.
///
/// ```
/// use hikyaku_model::ChannelSecret;
/// use hikyaku_webhook::{Receiver, Verifier, sign};
///
/// let secret = ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8")?;
/// let receiver = Receiver::new(Verifier::new(&secret));
///
/// let body = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
/// let request = http::Request::post("/callback").header("X-Line-Signature", sign(&secret, body)).body(())?;
/// let (parts, ()) = request.into_parts();
///
/// match receiver.receive(&parts, body) {
///     Ok(webhook) => assert!(webhook.events.is_empty()), // someone pressed "Verify": answer 200
///     Err(error) => println!("{}: {error}", error.status()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    verifier: Which,
    limit: usize,
    clock: Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>,
}

type Choose = dyn Fn(&Parts, Option<&str>) -> Option<Verifier> + Send + Sync;

#[derive(Clone)]
enum Which {
    One(Verifier),
    Chosen(Arc<Choose>),
}

impl Receiver {
    /// Creates a receiver for one channel.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier: Which::One(verifier), limit: BODY_LIMIT, clock: None }
    }

    /// Creates a receiver for many channels. `choose` returns the verifier for the path and headers of the request or
    /// for the `destination` of the body. The destination is not verified yet: use it for nothing else.
    ///
    /// ```
    /// use std::collections::HashMap;
    ///
    /// use hikyaku_model::ChannelSecret;
    /// use hikyaku_webhook::{Receiver, Verifier};
    ///
    /// let secret = ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8")?;
    /// let bots = HashMap::from([("U8e742f61d673b39c7fff3cecb7536ef0", Verifier::new(&secret))]);
    /// let receiver = Receiver::choosing(move |_request, destination| bots.get(destination?).cloned());
    /// # Ok::<(), hikyaku_model::InvalidSecret>(())
    /// ```
    pub fn choosing(
        choose: impl Fn(&Parts, Option<&str>) -> Option<Verifier> + Send + Sync + 'static,
    ) -> Self {
        Self { verifier: Which::Chosen(Arc::new(choose)), limit: BODY_LIMIT, clock: None }
    }

    /// Sets the maximum length of a body, in bytes, instead of [`BODY_LIMIT`].
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Sets the clock, instead of the system's: in a test, that of the simulator and the sender, so that reply tokens
    /// expire when LINE's do.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Returns the clock's current time, as the time at which a webhook is received.
    pub fn now(&self) -> SystemTime {
        self.clock.as_ref().map_or_else(SystemTime::now, |now| now())
    }

    /// Returns the maximum length of a body, in bytes.
    pub fn body_limit(&self) -> usize {
        self.limit
    }

    /// Verifies a request and reads its events.
    ///
    /// # Errors
    /// See [`Error`], with the [status](Error::status) to answer. A verified body fails only if LINE did not send a
    /// webhook.
    pub fn receive(&self, parts: &Parts, body: &[u8]) -> Result<Webhook, Error> {
        self.verify(parts, body)?;
        Webhook::parse(body)
    }

    /// Verifies a request without reading it: to read it with [`Webhook::borrow`], or to store it unchanged.
    ///
    /// # Errors
    /// The signature is invalid, there is no secret to verify it with, or the body is too long.
    pub fn verify(&self, parts: &Parts, body: &[u8]) -> Result<(), Error> {
        if body.len() > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        match &self.verifier {
            Which::One(verifier) => verifier.verify_headers(&parts.headers, body),
            Which::Chosen(choose) => {
                let destination = body::destination(body);
                let verifier = choose(parts, destination.as_deref()).ok_or(Error::NoSecret)?;
                verifier.verify_headers(&parts.headers, body)
            }
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verifier: &dyn fmt::Debug = match &self.verifier {
            Which::One(verifier) => verifier,
            Which::Chosen(_) => &"chosen by request",
        };
        f.debug_struct("Receiver")
            .field("verifier", verifier)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
