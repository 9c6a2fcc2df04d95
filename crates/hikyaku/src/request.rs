use std::{future::ready, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Accepted, Answer, Client, Error, ErrorKind, RetryKey,
    connection::{Call, Payload},
    exchange::Exchange,
    form::Form,
    judge::Expects,
    random,
    route::{Auth, Repeat, Route},
    target::Target,
    transport::{RequestBody, ResponseBody},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Client {
    /// Starts a request for an operation, with the values of its path in order.
    pub(crate) fn request(
        &self,
        route: &'static Route,
        values: &[&str],
    ) -> Result<Request<'_>, Error> {
        Request::new(self, route, Target::new(route, values)?)
    }
}

/// A request that has not been sent yet.
#[must_use = "a request does nothing until it is sent"]
pub(crate) struct Request<'a> {
    client: &'a Client,
    auth: Auth,
    call: Call<'a>,
}

impl<'a> Request<'a> {
    fn new(client: &'a Client, route: &'static Route, target: Target) -> Result<Self, Error> {
        let keyed = route.repeat == Repeat::WithRetryKey;
        let mut call = Call::new(route, client.base_url(route.host)?, target);
        call.headers.retry_key = keyed.then(random::uuid);
        call.asked.keyed = keyed;
        Ok(Self { client, auth: route.auth, call })
    }

    /// Adds a query parameter.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.call.target = self.call.target.query(name, value);
        self
    }

    /// Adds an optional query parameter.
    pub(crate) fn query_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, &value.to_string()),
            None => self,
        }
    }

    /// Sets the operation's own header.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.call.headers.own = Some(Box::new((name, value)));
        self
    }

    /// Sets the caller's retry key instead of the generated one.
    pub(crate) fn retry_key(mut self, key: Option<RetryKey>) -> Self {
        if let Some(key) = key {
            self.call.headers.retry_key = Some(key.into());
            self.call.asked.keyed = true;
        }
        self
    }

    /// Authorises the call with a token that is not the channel's.
    pub(crate) fn bearer(self, token: &str) -> Result<Self, Error> {
        self.authorization(&format!("Bearer {token}"))
    }

    /// Authorises the call with a channel's id and secret.
    pub(crate) fn basic(self, id: &str, secret: &str) -> Result<Self, Error> {
        self.authorization(&format!("Basic {}", BASE64.encode(format!("{id}:{secret}"))))
    }

    fn authorization(mut self, value: &str) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            Error::invalid("Authorization", "must not have control characters in it")
        })?;
        value.set_sensitive(true);
        self.call.headers.authorization = Some(value);
        Ok(self)
    }

    pub(crate) fn json<B: Serialize + ?Sized>(self, body: &B) -> Result<Self, Error> {
        self.json_sized(body, 0)
    }

    /// Sets a JSON body of about `size_hint` bytes.
    pub(crate) fn json_sized<B: Serialize + ?Sized>(
        self,
        body: &B,
        size_hint: usize,
    ) -> Result<Self, Error> {
        let mut json = Vec::with_capacity(size_hint + 256);
        serde_json::to_writer(&mut json, body).map_err(|error| {
            Error::invalid("body", format!("cannot be written as JSON: {error}"))
        })?;
        Ok(self.bytes(JSON, json.into()))
    }

    pub(crate) fn form(mut self, form: Form) -> Self {
        self.call.form(form);
        self
    }

    pub(crate) fn bytes(mut self, content_type: HeaderValue, bytes: Bytes) -> Self {
        self.call.bytes(content_type, bytes);
        self
    }

    /// Sets a body that is built anew for each attempt and streamed.
    pub(crate) fn streamed(
        mut self,
        content_type: HeaderValue,
        open: impl Fn() -> RequestBody + Send + Sync + 'static,
    ) -> Self {
        self.call.headers.content_type = Some(content_type);
        self.call.body = Payload::Streamed(Box::new(open));
        if self.call.repeat == Repeat::IfNotActedOn {
            // A streamed file is consumed by the first attempt that connects.
            self.call.repeat = Repeat::IfNotSent;
        }
        self
    }

    /// Raises the timeout to this value, for a call that takes longer than usual.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.call.timeout = Some(timeout);
        self
    }

    /// Sets another rule for retries than the route's.
    pub(crate) fn repeat(mut self, repeat: Repeat) -> Self {
        self.call.repeat = repeat;
        self
    }

    /// Allows only one attempt, for a caller that retries the call itself.
    pub(crate) fn once(mut self) -> Self {
        self.call.repeat = Repeat::Never;
        self
    }

    /// Expects a response with a value of this type.
    pub(crate) fn expects<T: DeserializeOwned>(mut self) -> Self {
        self.call.asked.expects = Expects::json::<T>();
        self
    }

    /// Makes the call and reads the complete response, which must have the form of its route unless the request expects
    /// another.
    ///
    /// Boxed, like [`open`](Self::open): a future that is polled in another crate is compiled there, and this one
    /// contains the pool, TLS and HTTP/2.
    pub(crate) fn send(self) -> BoxFuture<'a, Result<Exchange, Error>> {
        let Self { client, auth, mut call } = self;
        Box::pin(async move { exchange(client, auth, &mut call).await })
    }

    /// Makes the call and reads a JSON response.
    pub(crate) async fn read<T: DeserializeOwned>(self) -> Result<Answer<T>, Error> {
        self.expects::<T>().send().await?.json()
    }

    /// Makes the call and reads a JSON response, or `None` if LINE says that the resource does not exist: by a 404
    /// whose message satisfies `none`; a missing body counts as an empty message.
    pub(crate) async fn read_or_none<T: DeserializeOwned>(
        mut self,
        says_none: fn(&str) -> bool,
    ) -> Result<Answer<Option<T>>, Error> {
        self.call.asked.none = Some(says_none);
        let exchange = self.expects::<T>().send().await?;
        if exchange.status == StatusCode::NOT_FOUND {
            return Ok(Answer::new(None, exchange.status, exchange.headers));
        }
        Ok(exchange.json::<T>()?.map(Some))
    }

    /// Makes the call and leaves the body of the response to be streamed. A body that must tell whether it is LINE's is
    /// read first.
    pub(crate) fn open(self) -> BoxFuture<'a, Result<Exchange<ResponseBody>, Error>> {
        let Self { client, auth, mut call } = self;
        Box::pin(async move {
            call.target.check()?;
            authorize(client, auth, &mut call).await?;
            match client.connection().open(&call).await {
                Err(error) if replace_token(client, auth, &mut call, &error).await => {
                    let result = client.connection().open(&call).await;
                    result.map_err(|last| last.after_doubt(error.may_have_landed()))
                }
                result => result,
            }
        })
    }
}

/// Makes the call of a send, if there is one, and reads LINE's acceptance.
///
/// The future holds only what the attempts of a send need: allocators cache blocks of up to a kilobyte.
pub(crate) fn accept(
    request: Result<Request<'_>, Error>,
) -> BoxFuture<'_, Result<Accepted, Error>> {
    match request {
        Ok(Request { client, auth, mut call }) => {
            call.asked.expects = Expects::Sent;
            Box::pin(async move { Accepted::read(exchange(client, auth, &mut call).await?) })
        }
        Err(error) => Box::pin(ready(Err(error))),
    }
}

async fn exchange(client: &Client, auth: Auth, call: &mut Call<'_>) -> Result<Exchange, Error> {
    call.target.check()?;
    authorize(client, auth, call).await?;
    let error = match client.connection().exchange(call).await {
        Err(error) if error.kind() == ErrorKind::Unauthorized => error,
        result => return result,
    };
    // Boxed, since it is rare and would enlarge every call's future.
    Box::pin(async {
        if !replace_token(client, auth, call, &error).await {
            return Err(error);
        }
        let result = client.connection().exchange(call).await;
        result.map_err(|last| last.after_doubt(error.may_have_landed()))
    })
    .await
}

async fn authorize(client: &Client, auth: Auth, call: &mut Call<'_>) -> Result<(), Error> {
    if auth == Auth::Channel {
        call.headers.authorization = Some(client.authorization().await?);
    }
    Ok(())
}

/// Returns whether a 404 says what is missing. The bare text stands for a path or an id that LINE does not know at all.
pub(crate) fn names_what_is_missing(message: &str) -> bool {
    says_something(message) && !message.eq_ignore_ascii_case("not found")
}

/// Returns whether a 404 has a message at all; one from a proxy or a wrong address has none.
pub(crate) fn says_something(message: &str) -> bool {
    !message.is_empty()
}

/// Replaces the token of a call that was refused for it, if a newer one is available. The call may then be made
/// again, whatever it does: a server that answers 401 has not acted on it.
async fn replace_token(client: &Client, auth: Auth, call: &mut Call<'_>, error: &Error) -> bool {
    // A streamed file is consumed by the first attempt.
    let repeatable = matches!(call.body, Payload::Whole(_));
    if auth != Auth::Channel || error.kind() != ErrorKind::Unauthorized || !repeatable {
        return false;
    }
    let Some(refused) = &call.headers.authorization else { return false };
    let Some(newer) = client.replacement(refused).await else { return false };
    call.headers.authorization = Some(newer);
    true
}
