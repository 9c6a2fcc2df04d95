use std::{
    io,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::{Error, transport::RequestBody};

/// The number of bytes in memory at a time.
pub(crate) const PIECE: usize = 64 * 1024;

/// The timeout of an upload: the largest file of ids, with 1,500,000 lines, has about 50 megabytes.
pub(crate) const UPLOAD_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// The source of an upload's content.
pub(crate) enum Source {
    Whole(Bytes),
    File { file: tokio::fs::File, length: u64 },
    Made(Box<Make>),
}

/// Appends the next part of the content to the buffer, or nothing at the end.
type Make = dyn FnMut(&mut Vec<u8>) -> Result<(), String> + Send;

impl Source {
    /// Opens a file, to be read while it is sent.
    pub(crate) async fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |why: io::Error| {
            Error::invalid("file", format!("{} cannot be read: {why}", path.display()))
        };
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let length = file.metadata().await.map_err(unreadable)?.len();
        Ok(Self::File { file, length })
    }
}

/// A file's part with the bytes before and after it. The file can be sent once; an attempt that failed to connect
/// leaves it to the next.
pub(crate) struct Upload {
    head: Bytes,
    source: Arc<Mutex<Option<Source>>>,
    tail: Bytes,
    length: Option<u64>,
}

impl Upload {
    pub(crate) fn new(head: Bytes, source: Source, tail: Bytes) -> Self {
        let around = (head.len() + tail.len()) as u64;
        let length = match &source {
            Source::Whole(bytes) => Some(around + bytes.len() as u64),
            Source::File { length, .. } => Some(around + length),
            Source::Made(_) => None,
        };
        Self { head, source: Arc::new(Mutex::new(Some(source))), tail, length }
    }

    pub(crate) fn body(&self) -> RequestBody {
        let pieces = Pieces {
            stage: Stage::Head(self.head.clone()),
            source: self.source.clone(),
            tail: self.tail.clone(),
        };
        RequestBody::streamed(pieces, self.length)
    }
}

struct Pieces {
    stage: Stage,
    source: Arc<Mutex<Option<Source>>>,
    tail: Bytes,
}

enum Stage {
    Head(Bytes),
    Source(Source),
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
                    let source = this.source.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let Some(source) = source else {
                        let why = "the file was sent once already and cannot be sent again";
                        return Poll::Ready(Some(Err(io::Error::other(why))));
                    };
                    this.stage = Stage::Source(source);
                    return Poll::Ready(Some(Ok(head)));
                }
                Stage::Source(source) => {
                    let piece = ready!(source.poll_piece(context))?;
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

impl Source {
    /// Returns the next chunk; an empty one is the end.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        match self {
            Self::Whole(bytes) => Poll::Ready(Ok(std::mem::take(bytes))),
            Self::File { file, length } => {
                // Bytes appended to the file meanwhile would exceed the announced length.
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
