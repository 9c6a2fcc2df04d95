//! Bodies that are passed on as they come.

use std::{
    error::Error as StdError,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::transport::ResponseBody;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// How long nothing of a body may come.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// What LINE answers, on its way to the caller.
pub(crate) type Stream = Patient<ResponseBody>;

/// A body of which something must come from time to time. Only while somebody waits for it does its time run: who reads slowly
/// is given the time that it takes.
#[derive(Debug)]
pub(crate) struct Patient<B> {
    body: B,
    timer: Pin<Box<Sleep>>,
    waits: bool,
}

impl<B> Patient<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body, timer: Box::pin(sleep(IDLE_TIME)), waits: false }
    }
}

impl<B> Body for Patient<B>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Unpin,
{
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waits = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if !this.waits {
            this.waits = true;
            this.timer.as_mut().reset(Instant::now() + IDLE_TIME);
        }
        ready!(Future::poll(this.timer.as_mut(), context));
        Poll::Ready(Some(Err("nothing came for a minute".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::time::advance;

    use super::*;

    /// A body that has a piece whenever it is told so.
    #[derive(Debug)]
    struct Pieces(bool);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            if std::mem::take(&mut self.0) {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a")))));
            }
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_while_somebody_waits() {
        let mut body = Patient::new(Pieces(true));
        let poll = |body: &mut Patient<Pieces>| {
            Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
        };
        // Nobody reads for an hour.
        advance(IDLE_TIME * 60).await;
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        advance(IDLE_TIME * 60).await;
        assert!(poll(&mut body).is_pending());
        advance(IDLE_TIME / 2).await;
        assert!(poll(&mut body).is_pending());
        advance(IDLE_TIME).await;
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }
}
