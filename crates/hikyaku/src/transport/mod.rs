//! How bytes reach LINE.
//!
//! [`HyperTransport`] is what a client uses unless told otherwise. A test, a proxy or a recorder stands in by
//! implementing [`Transport`].

mod body;
mod connect;
mod hyper;

use std::{error::Error as StdError, fmt};

pub use body::{RequestBody, ResponseBody};
use futures_core::future::BoxFuture;
pub use hyper::{HyperTransport, InvalidCertificate};

/// Carries one request to LINE and brings the answer back. It never repeats a request: that is the client's to decide.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request. The answer's body may still be on its way when this returns.
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>>;
}

/// A client's transport. The pool that nearly all clients have needs no box for each request.
pub(crate) enum Carrier {
    Pool(Box<HyperTransport>),
    Own(Box<dyn Transport>),
}

/// Why no whole answer came, and whether LINE can have seen the request.
#[derive(Debug)]
pub struct TransportError {
    may_have_landed: bool,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// No byte of the request left: repeating it is safe whatever it asks for.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { may_have_landed: false, source: source.into() }
    }

    /// The exchange broke off after bytes may have left.
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { may_have_landed: true, source: source.into() }
    }

    /// Whether LINE may have received the request.
    pub fn may_have_landed(&self) -> bool {
        self.may_have_landed
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layer: &(dyn StdError + 'static) = self.source.as_ref();
        // The pool's own layer says `client error (Connect)`; the reasons that a person can act on are below it.
        if layer.is::<hyper_util::client::legacy::Error>() {
            layer = layer.source().unwrap_or(layer);
        }
        write!(f, "{layer}")?;
        while let Some(source) = layer.source() {
            layer = source;
            write!(f, ": {layer}")?;
        }
        Ok(())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}
