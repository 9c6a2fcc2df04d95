use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::{Body, Frame};
use tokio::time::Sleep;

use crate::{
    Error,
    exchange::Exchange,
    transport::{ResponseBody, TransportError},
};

/// The unchanged bytes of a content, as a stream with one chunk in memory at a time.
///
/// A chunk that takes longer than the client's timeout ends the stream with an error; the whole may take any time.
///
/// ```no_run
/// # async fn example(mut content: hikyaku::content::Content) -> Result<(), Box<dyn std::error::Error>> {
/// use tokio::io::AsyncWriteExt;
///
/// let mut file = tokio::fs::File::create("picture").await?;
/// while let Some(piece) = content.chunk().await? {
///     file.write_all(&piece).await?;
/// }
/// file.flush().await?;
/// # Ok(())
/// # }
/// ```
pub struct Content {
    status: StatusCode,
    headers: HeaderMap,
    body: ResponseBody,
    timeout: Duration,
    /// Runs only while waiting for a chunk, not while the program processes the last one.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Content {
    pub(crate) fn new(exchange: Exchange<ResponseBody>, timeout: Duration) -> Self {
        let Exchange { status, headers, body } = exchange;
        Self { status, headers, body, timeout, deadline: None }
    }

    /// Returns the `Content-Type`, if LINE sent one.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// Returns the total number of bytes, if LINE sent it.
    pub fn content_length(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// Returns `X-Line-Request-Id`, to quote to LINE's support.
    pub fn request_id(&self) -> Option<&str> {
        crate::answer::request_id(&self.headers)
    }

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the next chunk, or `None` at the end.
    ///
    /// # Errors
    /// [`Network`](crate::ErrorKind::Network): the connection broke, or no chunk arrived in time.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }

    /// Returns all bytes at once, if there are at most `limit`.
    ///
    /// # Errors
    /// [`Network`](crate::ErrorKind::Network): the connection broke, or no chunk arrived in time.
    /// [`Invalid`](crate::ErrorKind::Invalid): there are more bytes.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, Error> {
        self.load(limit).await
    }

    pub(super) async fn load(&mut self, limit: usize) -> Result<Bytes, Error> {
        let (mut all, mut pieces) = (Vec::new(), self.at_most(limit as u64)?);
        while let Some(piece) = pieces.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }

    /// Returns the pieces, of which there must be no more bytes than this.
    pub(super) fn at_most(&mut self, limit: u64) -> Result<Pieces<'_>, Error> {
        let announced = self.content_length().unwrap_or_default();
        let pieces = Pieces { content: self, limit, taken: 0 };
        if announced > limit { Err(pieces.too_large()) } else { Ok(pieces) }
    }
}

/// The pieces of a content that may have no more bytes than `limit`.
pub(super) struct Pieces<'a> {
    content: &'a mut Content,
    limit: u64,
    /// The number of bytes so far.
    pub(super) taken: u64,
}

impl Pieces<'_> {
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let piece = self.content.chunk().await?;
        self.taken += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.taken > self.limit { Err(self.too_large()) } else { Ok(piece) }
    }

    fn too_large(&self) -> Error {
        Error::invalid("content", format!("is larger than {} bytes", self.limit))
    }
}

impl Stream for Content {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
                let timeout = this.timeout;
                let sleep = || Box::pin(tokio::time::sleep(timeout));
                ready!(this.deadline.get_or_insert_with(sleep).as_mut().poll(context));
                let why = format!("no more of the content within {timeout:?}");
                let error = Error::network(TransportError::interrupted(why));
                this.body = Bytes::new().into();
                return Poll::Ready(Some(Err(error)));
            };
            this.deadline = None;
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(data))),
                // Trailers are not part of the content.
                Some(Ok(Err(_))) => {}
                Some(Err(error)) => {
                    this.body = Bytes::new().into();
                    return Poll::Ready(Some(Err(Error::network(error))));
                }
            }
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("status", &self.status)
            .field("content_type", &self.content_type())
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
