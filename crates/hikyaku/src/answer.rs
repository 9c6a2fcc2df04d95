use std::ops::Deref;

use http::{HeaderMap, HeaderName, StatusCode};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-line-request-id");
static ACCEPTED_REQUEST_ID: HeaderName = HeaderName::from_static("x-line-accepted-request-id");

/// A response of LINE's, with its headers.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) returns the value alone.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Answer<T> {
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers }
    }

    /// Returns the value without the headers.
    pub fn into_inner(self) -> T {
        self.value
    }

    pub(crate) fn map<U>(self, read: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: read(self.value), status: self.status, headers: self.headers }
    }

    /// Returns `X-Line-Request-Id`, to quote to LINE's support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns the HTTP status of the response. Many values have a `status` of their own.
    pub fn http_status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Returns the id of the request to which the response belongs.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(&REQUEST_ID)?.to_str().ok()
}

/// Returns the id of the earlier request with the same retry key that LINE accepted.
pub(crate) fn accepted_request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(&ACCEPTED_REQUEST_ID)?.to_str().ok()
}
