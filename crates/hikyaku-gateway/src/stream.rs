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

/// A body of which something must come from time to time.
#[derive(Debug)]
pub(crate) struct Patient<B> {
    body: B,
    timer: Pin<Box<Sleep>>,
}

impl<B> Patient<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body, timer: Box::pin(sleep(IDLE_TIME)) }
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
            this.timer.as_mut().reset(Instant::now() + IDLE_TIME);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
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
