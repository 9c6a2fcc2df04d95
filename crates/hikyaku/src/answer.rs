use std::ops::Deref;

use http::{HeaderMap, HeaderName, StatusCode};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-line-request-id");
static ACCEPTED_REQUEST_ID: HeaderName = HeaderName::from_static("x-line-accepted-request-id");

/// What LINE answered to a read, and what came with it.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) takes the value out.
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

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    pub(crate) fn map<U>(self, read: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: read(self.value), status: self.status, headers: self.headers }
    }

    /// `X-Line-Request-Id`, to quote to LINE.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's headers.
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

/// The id of the request that an answer belongs to.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(&REQUEST_ID)?.to_str().ok()
}

/// The id of the earlier request under the same retry key that LINE accepted.
pub(crate) fn accepted_request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(&ACCEPTED_REQUEST_ID)?.to_str().ok()
}
