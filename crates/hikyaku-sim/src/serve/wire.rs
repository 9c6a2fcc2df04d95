use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::Receiver;

/// The body of an answer: whole, or cut off.
#[derive(Debug)]
pub(crate) struct WireBody {
    next: Next,
    /// What the answer says its length is; nothing where it has no end.
    declared: Option<u64>,
}

#[derive(Debug)]
enum Next {
    /// All of it.
    Whole(Bytes),
    /// The first part of what was declared.
    Part(Bytes),
    /// Time to write that part to the socket.
    Flush,
    /// What comes, as long as something does.
    Stream(Receiver<Bytes>),
    /// The end of the connection.
    Cut,
    Done,
}

/// Why a body ends early: a fault wants it so.
#[derive(Debug)]
pub(crate) struct CutOff;

impl std::fmt::Display for CutOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault cuts this connection")
    }
}

impl std::error::Error for CutOff {}

impl From<Infallible> for CutOff {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl WireBody {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self { declared: Some(bytes.len() as u64), next: Next::Whole(bytes) }
    }

    /// Half of a body that claims to be whole; of an empty one, one byte that never comes.
    pub(crate) fn half(bytes: &Bytes) -> Self {
        let declared = Some(bytes.len().max(1) as u64);
        Self { declared, next: Next::Part(bytes.slice(..bytes.len() / 2)) }
    }

    /// What there is of a body that has a length.
    pub(crate) fn known(&self) -> Bytes {
        match &self.next {
            Next::Whole(bytes) | Next::Part(bytes) => bytes.clone(),
            _ => Bytes::new(),
        }
    }

    /// Pieces as they come, until their sender is gone.
    pub(crate) fn stream(pieces: Receiver<Bytes>) -> Self {
        Self { declared: None, next: Next::Stream(pieces) }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        match std::mem::replace(&mut self.next, Next::Done) {
            Next::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Next::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Next::Part(bytes) => {
                self.next = Next::Flush;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Next::Flush => {
                // The connection writes what it has while its body is not ready.
                self.next = Next::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Next::Stream(mut pieces) => {
                let piece = pieces.poll_recv(context);
                if !matches!(piece, Poll::Ready(None)) {
                    self.next = Next::Stream(pieces);
                }
                piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
            }
            Next::Cut => Poll::Ready(Some(Err(CutOff))),
            Next::Done => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.next {
            Next::Whole(bytes) => bytes.is_empty(),
            Next::Done => true,
            _ => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.declared.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
