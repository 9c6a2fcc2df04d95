use std::{
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};

use super::error::TransportError;

type BoxedBody = Pin<Box<dyn Body<Data = Bytes, Error = Box<dyn StdError + Send + Sync>> + Send>>;

/// A request's body.
pub struct RequestBody(Outgoing);

enum Outgoing {
    Whole(Bytes),
    Boxed(BoxedBody),
    // Boxed, since nearly all bodies are whole, and the pool moves them about.
    Streamed(Box<Streamed>),
}

struct Streamed {
    chunks: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
    length: Option<u64>,
}

impl RequestBody {
    /// A body that is made while it is sent, of this length where that is known.
    pub(crate) fn streamed(
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        Self(Outgoing::Streamed(Box::new(Streamed { chunks: Box::pin(chunks), length })))
    }

    /// Any body, for a program that passes requests on.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        Self(Outgoing::Boxed(Box::pin(BoxedError(Box::pin(body)))))
    }

    /// The bytes, where they are all there: only uploads of files, and what is passed on, are made while they are sent.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Outgoing::Whole(bytes) => Some(bytes),
            Outgoing::Boxed(_) | Outgoing::Streamed(_) => None,
        }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Outgoing::Whole(bytes))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.0 {
            Outgoing::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Outgoing::Boxed(body) => body.as_mut().poll_frame(context).map_err(io::Error::other),
            Outgoing::Streamed(body) => body.chunks.as_mut().poll_next(context).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Outgoing::Whole(bytes) => bytes.is_empty(),
            Outgoing::Boxed(body) => body.is_end_stream(),
            Outgoing::Streamed(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Outgoing::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Outgoing::Boxed(body) => body.size_hint(),
            Outgoing::Streamed(body) => {
                body.length.map_or_else(SizeHint::default, SizeHint::with_exact)
            }
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("length", &self.size_hint().exact()).finish()
    }
}

/// An answer's body, as it arrives.
pub struct ResponseBody(Inner);

enum Inner {
    Whole(Bytes),
    Hyper(::hyper::body::Incoming),
    Boxed(BoxedBody),
}

impl ResponseBody {
    /// Any body, for a transport that is not hyper's.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        Self(Inner::Boxed(Box::pin(BoxedError(Box::pin(body)))))
    }

    pub(super) fn hyper(body: ::hyper::body::Incoming) -> Self {
        Self(Inner::Hyper(body))
    }

    /// Reads the whole body, or the first `limit` bytes of it where it is longer.
    pub(crate) async fn collect(&mut self, limit: usize) -> Result<Collected, TransportError> {
        let first = self.next().await?;
        if !first.is_empty() && first.len() < limit && !self.is_end_stream() {
            // Nearly all answers come in one piece; only those that do not pay for being put together.
            return Box::pin(self.collect_after(first, limit)).await;
        }
        let truncated = first.len() >= limit && !(first.len() == limit && self.is_end_stream());
        Ok(Collected { bytes: first.slice(..first.len().min(limit)), truncated })
    }

    async fn collect_after(
        &mut self,
        first: Bytes,
        limit: usize,
    ) -> Result<Collected, TransportError> {
        let mut whole = first.to_vec();
        loop {
            let piece = self.next().await?;
            whole.extend_from_slice(piece.get(..limit - whole.len()).unwrap_or(&piece));
            if self.is_end_stream() || piece.is_empty() || whole.len() == limit {
                let truncated = whole.len() == limit && !self.is_end_stream();
                return Ok(Collected { bytes: whole.into(), truncated });
            }
        }
    }

    /// The next piece that is not empty, or an empty one at the end.
    async fn next(&mut self) -> Result<Bytes, TransportError> {
        let mut body = Pin::new(self);
        while let Some(frame) =
            std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
        {
            match frame?.into_data() {
                Ok(data) if !data.is_empty() => return Ok(data),
                _ => {}
            }
        }
        Ok(Bytes::new())
    }
}

/// A body that was read up to a limit.
pub(crate) struct Collected {
    pub(crate) bytes: Bytes,
    /// Whether more may have followed.
    pub(crate) truncated: bool,
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Whole(bytes))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.0 {
            Inner::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Inner::Hyper(body) => {
                Pin::new(body).poll_frame(context).map_err(TransportError::interrupted)
            }
            Inner::Boxed(body) => {
                body.as_mut().poll_frame(context).map_err(TransportError::interrupted)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.is_empty(),
            Inner::Hyper(body) => body.is_end_stream(),
            Inner::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Hyper(body) => body.size_hint(),
            Inner::Boxed(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}

/// Gives a body the one error type that boxed bodies have.
struct BoxedError<B>(Pin<Box<B>>);

impl<B> Body for BoxedError<B>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>>,
{
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.as_mut().poll_frame(context).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
