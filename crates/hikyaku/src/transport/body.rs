use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::TransportError;

type BoxedBody = Pin<Box<dyn Body<Data = Bytes, Error = Box<dyn StdError + Send + Sync>> + Send>>;

/// A request's body.
#[derive(Debug)]
pub struct RequestBody(Bytes);

impl RequestBody {
    /// The bytes, for a transport that sends or records them by itself.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
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
    pub(crate) async fn collect(mut self, limit: usize) -> Result<Collected, TransportError> {
        let mut body = Pin::new(&mut self);
        let mut whole = Bytes::new();
        let mut grown: Option<Vec<u8>> = None;
        while let Some(frame) =
            std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
        {
            let Ok(data) = frame?.into_data() else { continue };
            let have = grown.as_ref().map_or(whole.len(), Vec::len);
            let data = if data.len() > limit - have { data.slice(..limit - have) } else { data };
            let truncated = have + data.len() == limit && !body.is_end_stream();
            // An answer that came in one piece, as nearly all do, is not copied.
            match &mut grown {
                Some(grown) => grown.extend_from_slice(&data),
                None if whole.is_empty() => whole = data,
                None => grown = Some([&whole[..], &data[..]].concat()),
            }
            if truncated {
                return Ok(Collected { bytes: grown.map_or(whole, Bytes::from), truncated });
            }
            if body.is_end_stream() {
                break;
            }
        }
        Ok(Collected { bytes: grown.map_or(whole, Bytes::from), truncated: false })
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
