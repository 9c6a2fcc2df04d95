//! Names of headers as LINE Notify spelled them.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A library for ESP8266 and ESP32 looks for these very letters, and hyper writes all names in lower case.
const NAMES: [&str; 9] = [
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-ImageLimit",
    "X-RateLimit-ImageRemaining",
    "X-RateLimit-Reset",
    "Content-Length",
    "Content-Type",
    "Connection",
    "Date",
];

/// A connection on which the names of answers' headers are spelled in LINE Notify's way.
///
/// The server writes a head in one piece, and begins with it. It is taken whole, so that no name is cut in two. What follows
/// a head, and what begins with none, is a body and stays as it is.
#[derive(Debug)]
pub(crate) struct Spelled<S> {
    stream: S,
    pending: Vec<u8>,
    written: usize,
    spelling: Spelling,
}

/// How the names on a connection are spelled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spelling(Arc<AtomicBool>);

impl Spelling {
    /// Whether nothing is changed in the answer that comes next: it may be a picture with such a line in it. Answers leave one
    /// after the other.
    pub(crate) fn leave_names_alone(&self, leaves: bool) {
        self.0.store(leaves, Ordering::Relaxed);
    }

    fn leaves_names_alone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<S> Spelled<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, pending: Vec::new(), written: 0, spelling: Spelling::default() }
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.spelling.clone()
    }
}

impl<S: AsyncWrite + Unpin> Spelled<S> {
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.pending.get(self.written..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
        }
        self.pending.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spelled<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_drain(context))?;
        if self.spelling.leaves_names_alone() {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        self.pending.extend_from_slice(bytes);
        spell(&mut self.pending);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spelled<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

fn spell(bytes: &mut [u8]) {
    if !bytes.starts_with(b"HTTP/1.") {
        return;
    }
    let mut at = 0;
    while let Some(line) = bytes.get_mut(at..).filter(|line| !matches!(*line, [] | [b'\r', ..])) {
        let length = line.iter().position(|byte| *byte == b'\n').map_or(line.len(), |end| end + 1);
        for name in NAMES {
            if let Some((found, rest)) = line.split_at_mut_checked(name.len())
                && rest.first() == Some(&b':')
                && found.eq_ignore_ascii_case(name.as_bytes())
            {
                found.copy_from_slice(name.as_bytes());
            }
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_change_and_nothing_else() {
        let mut head = *b"HTTP/1.1 200 OK\r\nx-ratelimit-imageremaining: 50\r\nx-other: date\r\n\r\na\ndate: 1";
        spell(&mut head);
        let expected =
            b"HTTP/1.1 200 OK\r\nX-RateLimit-ImageRemaining: 50\r\nx-other: date\r\n\r\na\ndate: 1";
        assert_eq!(head.as_slice(), expected);
        let mut body = *b"\xff\ndate: 1\n";
        spell(&mut body);
        assert_eq!(&body, b"\xff\ndate: 1\n");
    }
}
