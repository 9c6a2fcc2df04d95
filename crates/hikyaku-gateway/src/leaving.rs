//! What leaves by a connection: that an answer has left, and that somebody takes it.

use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use hikyaku_sender::{DeliveryId, Outbox};
use http::Response;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How long a peer may take nothing of what is written to it. Who takes nothing for longer is gone, or wants to keep others
/// from connecting.
const PATIENCE: Duration = Duration::from_secs(60);

/// Goes along with an answer that tells of a refusal. When the answer has left, its caller knows of it, and nobody else need
/// be told; if it never leaves, the refusal stays among the dead letters.
#[derive(Clone, Debug)]
pub(crate) struct TellsRefusal {
    pub(crate) outbox: Outbox,
    pub(crate) refused: DeliveryId,
}

/// The refusals that the answers of a connection tell, until these have left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Untold(Arc<Mutex<Vec<TellsRefusal>>>);

impl Untold {
    /// Notes what an answer tells. It is to be the next that is written.
    pub(crate) fn note<B>(&self, answer: &mut Response<B>) {
        if let Some(refusal) = answer.extensions_mut().remove() {
            self.add(refusal);
        }
    }

    /// Notes what is told by what is written next.
    pub(crate) fn add(&self, refusal: TellsRefusal) {
        self.lock().push(refusal);
    }

    /// All of it has left.
    fn is_told(&self) {
        for TellsRefusal { outbox, refused } in self.lock().drain(..) {
            tokio::spawn(async move {
                if let Err(error) = outbox.told(refused).await {
                    tracing::debug!(%error, delivery = %refused, "a told refusal stays among the dead letters");
                }
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<TellsRefusal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that notices when answers have left it, and breaks when its peer takes nothing for a minute.
///
/// The server flushes an answer once it has written all of it. What is flushed is the operating system's to deliver.
pub(crate) struct Leaving<S> {
    stream: S,
    untold: Untold,
    timer: Pin<Box<Sleep>>,
    waits: bool,
}

impl<S> fmt::Debug for Leaving<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaving").field("waits", &self.waits).finish_non_exhaustive()
    }
}

impl<S> Leaving<S> {
    pub(crate) fn new(stream: S, untold: Untold) -> Self {
        Self { stream, untold, timer: Box::pin(sleep(PATIENCE)), waits: false }
    }

    /// The result of a step, unless the peer has made it wait for too long.
    fn in_time<T>(
        &mut self,
        step: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if step.is_ready() {
            self.waits = false;
            return step;
        }
        if !self.waits {
            self.waits = true;
            self.timer.as_mut().reset(Instant::now() + PATIENCE);
        }
        ready!(Future::poll(self.timer.as_mut(), context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Leaving<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.untold.is_told();
        }
        self.in_time(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.stream).poll_shutdown(context);
        self.in_time(ended, context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Leaving<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_for_a_minute_is_gone_and_who_is_slow_is_not() {
        let (peer, stream) = duplex(4);
        let (mut peer, mut stream) = (peer, Leaving::new(stream, Untold::default()));
        // A byte in each 50 seconds is slow.
        let slow = async {
            let mut byte = [0];
            for _ in 0..4 {
                sleep(Duration::from_secs(50)).await;
                peer.read_exact(&mut byte).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(stream.write_all(b"12345678"), slow);
        written.unwrap();
        let began = Instant::now();
        let why = stream.write_all(b"9").await.unwrap_err();
        assert_eq!((why.kind(), began.elapsed()), (io::ErrorKind::TimedOut, PATIENCE));
    }

    #[tokio::test]
    async fn a_refusal_is_told_when_its_answer_has_left_and_not_before() {
        use hikyaku_sender::{NewDelivery, State};

        let outbox = Outbox::open("memory:").await.unwrap();
        let push = NewDelivery::push("U4af4980629000000000000000000000a", "hello");
        let refused = outbox.enqueue(push).await.unwrap().id;
        outbox.cancel(refused).await.unwrap();
        let told_at = async || {
            let shown = outbox.show(refused).await.unwrap().unwrap();
            assert_eq!(shown.state, State::Cancelled);
            shown.told_at
        };
        let untold = Untold::default();
        let mut answer = Response::new(());
        answer.extensions_mut().insert(TellsRefusal { outbox: outbox.clone(), refused });
        untold.note(&mut answer);
        let (peer, stream) = duplex(4);
        let mut broken = Leaving::new(stream, untold.clone());
        let writes = async {
            broken.write_all(b"HTTP/1.1 400 ").await?;
            broken.flush().await
        };
        drop(peer);
        writes.await.unwrap_err();
        assert_eq!(told_at().await, None);
        let (_peer, stream) = duplex(16);
        let mut good = Leaving::new(stream, untold);
        good.write_all(b"HTTP/1.1 400 ").await.unwrap();
        assert_eq!(told_at().await, None);
        good.flush().await.unwrap();
        while told_at().await.is_none() {
            tokio::task::yield_now().await;
        }
    }
}
