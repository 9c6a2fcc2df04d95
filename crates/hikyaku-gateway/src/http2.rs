//! Connections on which both sides have agreed on HTTP/2.

use std::{
    convert::Infallible,
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{Either, Full};
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};

use crate::{
    answer::Reply,
    leaving::{Leaving, TellsRefusal, Untold},
    stream::Stream,
};

/// The most requests of a connection at once.
const STREAMS: u32 = 64;

/// The most bytes of a head.
const MOST_HEAD: u32 = 16 << 10;

/// How long a connection may have nothing to do.
const IDLE_TIME: Duration = Duration::from_secs(30);

/// How often a peer is asked whether it is still there, and how long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_TIME: Duration = Duration::from_secs(10);

/// How long what has begun may take once a connection is to end.
const END_TIME: Duration = Duration::from_secs(10 * 60);

/// Serves a connection until it ends, has nothing to do, or is stopped. `places` are for requests: a connection has many.
pub(crate) async fn serve<A>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut stopped: watch::Receiver<()>,
    places: Arc<Semaphore>,
    answer: impl Fn(Request<Incoming>) -> A + Send + Sync,
) where
    A: Future<Output = Reply> + Send + 'static,
{
    let untold = Untold::default();
    let stream = Leaving::new(stream, untold.clone());
    let (busy, mut is_busy) = watch::channel(0);
    let service = service_fn(|mut request: Request<Incoming>| {
        name_host(&mut request);
        let (asked, untold, places) = (Asked::new(&busy), untold.clone(), places.clone());
        let answer = answer(request);
        async move {
            // The semaphore is never closed. The place is kept until the answer has left.
            let place = places.acquire_owned().await.ok();
            let reply = answer.await;
            Ok::<_, Infallible>(leaving(reply, untold, (asked, place)))
        }
    });
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(MOST_HEAD)
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(PING_TIME)
            .serve_connection(TokioIo::new(stream), service)
    );
    let idle = async {
        loop {
            // An error: the connection is over, and with it this.
            let _ = is_busy.wait_for(|requests| *requests == 0).await;
            if timeout(IDLE_TIME, is_busy.changed()).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        // How a connection ends is its own affair.
        _ = &mut connection => return,
        () = idle => {}
        // It ends with an error when the server stops.
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        () = sleep(END_TIME) => {}
    }
}

/// HTTP/1.1 has a header for what HTTP/2 has in the address.
fn name_host(request: &mut Request<Incoming>) {
    let host = request.uri().authority().and_then(|it| HeaderValue::try_from(it.as_str()).ok());
    if let Some(host) = host.filter(|_| !request.headers().contains_key(header::HOST)) {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// Counts a request for as long as it is there.
struct Asked(watch::Sender<usize>);

impl Asked {
    fn new(busy: &watch::Sender<usize>) -> Self {
        busy.send_modify(|requests| *requests += 1);
        Self(busy.clone())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.send_modify(|requests| *requests -= 1);
    }
}

type Place = (Asked, Option<OwnedSemaphorePermit>);

/// An answer's body on its way.
struct LeavingBody {
    body: Either<Full<Bytes>, Stream>,
    /// What the answer tells. It is noted with its last piece, which the connection writes next.
    refusal: Option<TellsRefusal>,
    untold: Untold,
    _place: Place,
}

fn leaving(mut reply: Reply, untold: Untold, place: Place) -> Response<LeavingBody> {
    let refusal = reply.extensions_mut().remove();
    reply.map(|body| LeavingBody { body, refusal, untold, _place: place })
}

impl Body for LeavingBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if (frame.is_none() || self.body.is_end_stream())
            && let Some(refusal) = self.refusal.take()
        {
            self.untold.add(refusal);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
