use bytes::Bytes;
use http::{HeaderValue, Method};

use crate::route::Repeat;

/// One operation of LINE Notify.
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) origin: Origin,
    pub(super) path: &'static str,
    pub(super) repeat: Repeat,
}

/// The host that serves an operation.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    Bot,
    Api,
}

/// A request's body and its content type.
#[derive(Default)]
pub(super) struct Body {
    pub(super) content_type: Option<HeaderValue>,
    pub(super) bytes: Bytes,
}
