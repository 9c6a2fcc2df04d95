//! Small HTTP servers: `worker run --metrics`, `webhook listen` and `mcp --listen`. No client can exhaust the resources of others.

use std::{convert::Infallible, future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::{Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower_service::Service;

/// The maximum number of concurrent connections; others wait until one ends.
const CONNECTIONS: usize = 64;

/// The timeout for the head of a request, and for a silent connection.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// The timeout for a request, including its body and its response.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// The maximum size of a head, in bytes.
const MOST_HEAD: usize = 16 << 10;

/// The time that connections have to end after `stop`.
const STOP_TIME: Duration = Duration::from_secs(5);

/// Serves until `stop`, and lets pending requests end. The routes bound the bodies that they read.
pub(crate) async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let (stopping, stopped) = watch::channel(());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accept = async {
            // The semaphore is never closed.
            let place = places.clone().acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        tokio::select! {
            () = &mut stop => break,
            (accepted, place) = accept => match accepted {
                Ok((stream, _)) => {
                    let (app, stopped) = (app.clone(), stopped.clone());
                    connections.spawn(async move {
                        connection(stream, app, stopped).await;
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
    drop(stopping);
    let ended = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_TIME, ended).await.is_err() {
        connections.shutdown().await;
    }
}

/// Serves one connection until it ends, takes too long, or the server stops.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: Router,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut app = app.clone();
        async move {
            let answer = match timeout(REQUEST_TIME, app.call(request)).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(never)) => match never {},
                Err(_) => {
                    let mut late = Response::new(Body::empty());
                    *late.status_mut() = StatusCode::REQUEST_TIMEOUT;
                    late
                }
            };
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(MOST_HEAD)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        // The error of a connection concerns nobody else.
        _ = &mut connection => {}
        // It ends with an error when the server stops.
        _ = stopped.changed() => {
            Pin::as_mut(&mut connection).graceful_shutdown();
            let _ = connection.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        net::TcpStream,
        time::Instant,
    };

    use super::*;

    fn app() -> Router {
        Router::new().fallback(post(|body: String| async move { body }))
    }

    /// What comes back for these bytes, of a peer that then says no more, and after how long.
    async fn answer(bytes: &[u8]) -> (String, Duration) {
        let (mut peer, stream) = duplex(1 << 20);
        let (_stopping, stopped) = watch::channel(());
        tokio::spawn(connection(stream, app(), stopped));
        peer.write_all(bytes).await.unwrap();
        let (begun, mut answer) = (Instant::now(), String::new());
        // Until the server ends the connection.
        let _ = peer.read_to_string(&mut answer).await;
        (answer, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_too_little_is_let_go() {
        for bytes in [&b""[..], b"POST / HTTP/1.1\r\nhost: a\r\n"] {
            let (_, after) = answer(bytes).await;
            assert_eq!(after.as_secs(), HEAD_TIME.as_secs(), "{bytes:?}");
        }
        let (answer, after) =
            answer(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nshort").await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(after <= REQUEST_TIME + HEAD_TIME, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_without_end_is_refused() {
        let head = format!("POST / HTTP/1.1\r\nx: {}\r\n", "x".repeat(2 * MOST_HEAD));
        let (answer, after) = answer(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        assert_eq!(after.as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn more_connections_wait_until_one_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, app(), async { drop(stopped.await) }));
        let begun = Instant::now();
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let mut last = TcpStream::connect(address).await.unwrap();
        let request =
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
        last.write_all(request).await.unwrap();
        let mut answer = String::new();
        last.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("\r\n\r\nhi"), "{answer}");
        // The silent ones had their time first.
        assert!(begun.elapsed() >= HEAD_TIME, "{:?}", begun.elapsed());
        drop(stop);
        server.await.unwrap();
    }
}
