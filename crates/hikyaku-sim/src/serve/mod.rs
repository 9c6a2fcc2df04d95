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
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

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
    stream: TcpStream,
    host: Host,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
) {
    let mut stop = pin!(stopped(stopping.clone()));
    // Fails only on a connection that is gone already.
    let _ = stream.set_nodelay(true);
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
    if reset.load(Ordering::Relaxed) {
        // Closing a socket that lingers for no time sends RST.
        let _ = connection.into_parts().io.inner().set_zero_linger();
    }
}

type Exchange =
    Pin<Box<dyn Future<Output = Result<Response<wire::WireBody>, wire::CutOff>> + Send>>;
