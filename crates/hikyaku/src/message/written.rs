use std::future::IntoFuture;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku_model::SendKind;
use http::HeaderValue;

use super::{broadcast, multicast, narrowcast, push, push_by_phone, reply};
use crate::{
    Accepted, Client, Error, RetryKey,
    request::{Request, accept},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sends a request whose body is already serialised. Made by [`Client::send_written`]; await it to send.
///
/// It is meant for programs that store and retry sends themselves, such as an outbox: these exact bytes are sent once,
/// whatever the client's retry policy, and a second time only if LINE refuses a token that can be replaced.
/// # Errors
/// Those of the call itself; no limit is checked here. A 409 for this retry key is a success with `deduplicated` set.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct WrittenSend<'a> {
    client: &'a Client,
    kind: SendKind,
    body: Bytes,
    retry_key: Option<RetryKey>,
    delivery_tag: Option<&'a str>,
}

impl Client {
    /// Starts a [`WrittenSend`] with the JSON object of a complete request.
    pub fn send_written(&self, kind: SendKind, body: impl Into<Bytes>) -> WrittenSend<'_> {
        WrittenSend { client: self, kind, body: body.into(), retry_key: None, delivery_tag: None }
    }
}

impl<'a> WrittenSend<'a> {
    /// Sets the retry key. Without one, the four kinds that accept one get a random key.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.retry_key = Some(key.into());
        self
    }

    /// Sets the delivery tag of a send to a phone number.
    pub fn delivery_tag(mut self, tag: &'a str) -> Self {
        self.delivery_tag = Some(tag);
        self
    }

    fn request(&self) -> Result<Request<'a>, Error> {
        let route = match self.kind {
            SendKind::Reply => &reply::ROUTE,
            SendKind::Push => &push::ROUTE,
            SendKind::Multicast => &multicast::ROUTE,
            SendKind::Narrowcast => &narrowcast::ROUTE,
            SendKind::Broadcast => &broadcast::ROUTE,
            SendKind::PhoneNumber => &push_by_phone::ROUTE,
        };
        let request = self.client.request(route, &[])?.bytes(JSON, self.body.clone());
        let request = request.retry_key(self.retry_key).once();
        match self.delivery_tag {
            Some(tag) => push_by_phone::tagged(request, &tag.into()),
            None => Ok(request),
        }
    }
}

impl<'a> IntoFuture for WrittenSend<'a> {
    type Output = Result<Accepted, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        accept(self.request())
    }
}
