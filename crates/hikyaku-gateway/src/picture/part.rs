//! A part of a file on its way to somebody, read as that takes it: however many ask for large pictures, little of them is in
//! memory.

use std::{
    fs::File,
    future::Future,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::Path,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

/// The most bytes that are read at a time.
const PIECE: u64 = 64 << 10;

/// What is left to read of a file.
#[derive(Debug)]
pub(super) struct FilePart {
    left: u64,
    /// Nothing while a piece is being read.
    file: Option<File>,
    reading: Option<JoinHandle<io::Result<(File, Bytes)>>>,
}

/// A file that is open, and how long it is.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

impl FilePart {
    pub(super) fn new(mut file: File, part: &Range<u64>) -> io::Result<Self> {
        file.seek(SeekFrom::Start(part.start))?;
        let left = part.end.saturating_sub(part.start);
        Ok(Self { left, file: Some(file), reading: None })
    }
}

impl Body for FilePart {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if let Some(file) = self.file.take() {
            let most = usize::try_from(self.left.min(PIECE)).unwrap_or_default();
            self.reading = Some(spawn_blocking(move || read(file, most)));
        }
        // One that was read to its end is not asked again.
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let (file, piece) = ready!(Pin::new(reading).poll(context)).map_err(io::Error::other)??;
        self.left -= piece.len() as u64;
        (self.file, self.reading) = (Some(file), None);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn read(mut file: File, most: usize) -> io::Result<(File, Bytes)> {
    let mut piece = vec![0; most];
    let length = file.read(&mut piece)?;
    piece.truncate(length);
    if piece.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, piece.into()))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_part_is_read_in_pieces_and_a_file_that_was_cut_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| at.to_le_bytes()[1]).collect();
        std::fs::write(&path, &bytes).unwrap();
        let (file, length) = open(&path).unwrap();
        assert_eq!(length, 200_000);
        let mut part = FilePart::new(file, &(10..150_010)).unwrap();
        assert_eq!(part.size_hint().exact(), Some(150_000));
        let (mut came, mut longest) = (Vec::new(), 0);
        while let Some(frame) = part.frame().await {
            let piece = frame.unwrap().into_data().unwrap();
            longest = longest.max(piece.len());
            came.extend_from_slice(&piece);
        }
        assert!(came == bytes[10..150_010] && longest as u64 <= PIECE);
        let (file, _) = open(&path).unwrap();
        let mut part = FilePart::new(file, &(0..200_001)).unwrap();
        let mut last = None;
        while let Some(frame) = part.frame().await {
            if frame.is_err() {
                last = Some(frame);
                break;
            }
        }
        assert_eq!(last.unwrap().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
