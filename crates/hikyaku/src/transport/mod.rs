//! How bytes reach LINE.
//!
//! [`HyperTransport`] is what a client uses unless told otherwise. It goes through the [`Proxy`] that the
//! environment names. A test or a recorder stands in by implementing [`Transport`].

mod body;
mod carry;
mod connect;
mod error;
mod hyper;
mod proxy;

pub use body::{RequestBody, ResponseBody};
pub use carry::Transport;
pub use error::TransportError;
pub use hyper::{HyperTransport, InvalidCertificate};
pub use proxy::{InvalidProxy, Proxy};

/// A client's transport. The pool that nearly all clients have needs no box for each request.
pub(crate) enum Carrier {
    Pool(Box<HyperTransport>),
    Own(Box<dyn Transport>),
}
