use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::transport::RequestBody;

/// How much is in memory at a time.
pub(super) const PIECE: usize = 64 * 1024;

/// Where the lines of an upload come from.
pub(super) enum Lines {
    Whole(Bytes),
    File { file: tokio::fs::File, length: u64 },
    Made(Box<Make>),
}

/// Puts the next lines at the end of a piece, or nothing at the end of all.
type Make = dyn FnMut(&mut Vec<u8>) -> Result<(), String> + Send;

/// A file's part with what stands before and after it. The lines can be sent once; an attempt that never began, because
/// no connection came about, leaves them to the next.
pub(super) struct Upload {
    head: Bytes,
    lines: Arc<Mutex<Option<Lines>>>,
    tail: Bytes,
    length: Option<u64>,
}

impl Upload {
    pub(super) fn new(head: Bytes, lines: Lines, tail: Bytes) -> Self {
        let around = (head.len() + tail.len()) as u64;
        let length = match &lines {
            Lines::Whole(bytes) => Some(around + bytes.len() as u64),
            Lines::File { length, .. } => Some(around + length),
            Lines::Made(_) => None,
        };
        Self { head, lines: Arc::new(Mutex::new(Some(lines))), tail, length }
    }

    pub(super) fn body(&self) -> RequestBody {
        let pieces = Pieces {
            stage: Stage::Head(self.head.clone()),
            lines: self.lines.clone(),
            tail: self.tail.clone(),
        };
        RequestBody::streamed(pieces, self.length)
    }
}

struct Pieces {
    stage: Stage,
    lines: Arc<Mutex<Option<Lines>>>,
    tail: Bytes,
}

enum Stage {
    Head(Bytes),
    Lines(Lines),
    Tail,
    End,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match &mut this.stage {
                Stage::Head(head) => {
                    let head = std::mem::take(head);
                    let lines = this.lines.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let Some(lines) = lines else {
                        let why = "the ids were sent once already and cannot be sent again";
                        return Poll::Ready(Some(Err(io::Error::other(why))));
                    };
                    this.stage = Stage::Lines(lines);
                    return Poll::Ready(Some(Ok(head)));
                }
                Stage::Lines(lines) => {
                    let piece = ready!(lines.poll_piece(context))?;
                    if piece.is_empty() {
                        this.stage = Stage::Tail;
                    } else {
                        return Poll::Ready(Some(Ok(piece)));
                    }
                }
                Stage::Tail => {
                    this.stage = Stage::End;
                    return Poll::Ready(Some(Ok(std::mem::take(&mut this.tail))));
                }
                Stage::End => return Poll::Ready(None),
            }
        }
    }
}

impl Lines {
    /// The next piece; an empty one is the end.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        match self {
            Self::Whole(bytes) => Poll::Ready(Ok(std::mem::take(bytes))),
            Self::File { file, length } => {
                // What grew onto the file meanwhile does not fit the length that was told.
                let longest = usize::try_from(*length).unwrap_or(PIECE).min(PIECE);
                let mut piece = vec![0; longest];
                let mut buffer = ReadBuf::new(&mut piece);
                ready!(Pin::new(file).poll_read(context, &mut buffer))?;
                let read = buffer.filled().len();
                if read == 0 && longest > 0 {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                *length -= read as u64;
                piece.truncate(read);
                Poll::Ready(Ok(piece.into()))
            }
            Self::Made(make) => {
                let mut piece = Vec::with_capacity(PIECE);
                make(&mut piece).map_err(io::Error::other)?;
                Poll::Ready(Ok(piece.into()))
            }
        }
    }
}
