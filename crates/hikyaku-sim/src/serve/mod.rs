//! The sockets: accepting, reading whole requests, and ending connections as faults want it.

mod events;
mod exchange;
mod wire;

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::server::TlsStream;

use crate::{shared::Shared, state::log::Host};

/// How long a head may take to arrive, and a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(60);

/// The most bytes of a head.
const MOST_HEAD: usize = 64 << 10;

/// The most headers of a request.
const MOST_HEADERS: usize = 128;

/// How long connections may take to end when a simulator stops.
const STOP_TIME: Duration = Duration::from_secs(5);

/// Accepts connections until it is told to stop, then lets them end what they have begun.
pub(crate) async fn serve(
    listener: TcpListener,
    host: Host,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
) {
    let mut stop = pin!(stopped(stopping.clone()));
    let free = Arc::new(Semaphore::new(shared.most_connections));
    let mut connections = JoinSet::new();
    loop {
        let accept = async {
            // The semaphore is never closed.
            let place = free.clone().acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        tokio::select! {
            () = &mut stop => break,
            (accepted, place) = accept => match accepted {
                Ok((stream, _)) => {
                    let (shared, stopping) = (shared.clone(), stopping.clone());
                    connections.spawn(async move {
                        connection(stream, host, shared, stopping).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_TIME, ended).await.is_err() {
        connections.shutdown().await;
    }
}

/// Waits until the simulator is told to stop.
pub(crate) async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the simulator is gone, which is as good.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn connection(
    mut stream: TcpStream,
    host: Host,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
) {
    // Fails only on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &shared.tls else { return speak(stream, host, shared, stopping).await };
    let agreed = async {
        if is_plain(&stream).await {
            // A connection that is closed before it was read is a reset one, and its answer lost.
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(PLAIN_REFUSED).await;
            let _ = stream.shutdown().await;
            return None;
        }
        tls.acceptor.accept(stream).await.ok()
    };
    let agreed = tokio::select! {
        agreed = timeout(HEAD_TIME, agreed) => agreed.ok().flatten(),
        () = stopped(stopping.clone()) => None,
    };
    if let Some(stream) = agreed {
        speak(stream, host, shared, stopping).await;
    }
}

/// What a client gets that does not speak TLS where it should.
const PLAIN_REFUSED: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 45\r\n\
    connection: close\r\n\r\nThis simulator speaks HTTPS; write https://.\n";

/// Whether a connection does not begin with a TLS handshake.
async fn is_plain(stream: &TcpStream) -> bool {
    const HANDSHAKE: u8 = 0x16;
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first != [HANDSHAKE]
}

/// A connection with what carries it.
trait Carried: AsyncRead + AsyncWrite + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl Carried for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Carried for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn speak(
    stream: impl Carried,
    host: Host,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
) {
    let mut stop = pin!(stopped(stopping.clone()));
    let reset = Arc::new(AtomicBool::new(false));
    let service = {
        let reset = reset.clone();
        service_fn(move |request: Request<Incoming>| -> Exchange {
            let (shared, stopping, reset) = (shared.clone(), stopping.clone(), reset.clone());
            Box::pin(
                async move { exchange::exchange(&shared, host, request, stopping, &reset).await },
            )
        })
    };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let stops = tokio::select! {
        _ = poll_fn(|context| connection.poll_without_shutdown(context)) => false,
        () = &mut stop => true,
    };
    if stops {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    }
    let mut stream = connection.into_parts().io.into_inner();
    if reset.load(Ordering::Relaxed) {
        // Closing a socket that lingers for no time sends RST.
        let _ = stream.socket().set_zero_linger();
    } else {
        // TLS has a word for the end. A client that is gone does not hear it.
        let _ = timeout(STOP_TIME, stream.shutdown()).await;
    }
}

type Exchange =
    Pin<Box<dyn Future<Output = Result<Response<wire::WireBody>, wire::CutOff>> + Send>>;
