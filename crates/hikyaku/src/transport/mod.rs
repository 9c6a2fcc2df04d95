//! How bytes reach LINE.
//!
//! [`HyperTransport`] is what a client uses unless told otherwise. A test, a proxy or a recorder stands in by
//! implementing [`Transport`].

mod body;
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
        // hyper's own words name only the outermost layer; the reason a person can act on is the innermost.
        let mut innermost: &(dyn StdError + 'static) = self.source.as_ref();
        write!(f, "{innermost}")?;
        while let Some(source) = innermost.source() {
            innermost = source;
            write!(f, ": {innermost}")?;
        }
        Ok(())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}
