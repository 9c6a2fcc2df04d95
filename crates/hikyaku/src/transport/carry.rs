use futures_core::future::BoxFuture;

use super::{
    body::{RequestBody, ResponseBody},
    error::TransportError,
};

/// Carries one request to LINE and brings the answer back. It never repeats a request: that is the client's to decide.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request. The answer's body may still be on its way when this returns.
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>>;
}
