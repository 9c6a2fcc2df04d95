//! A connection whose other end is gone without a word, as after a router's failure.

use std::{convert::Infallible, future::pending, sync::Arc, time::Duration};

use bytes::Bytes;
use hikyaku::{Client, RetryPolicy};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;

use crate::tls::tls;

#[tokio::test]
async fn a_repeat_does_not_go_out_on_a_dead_http_2_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (acceptor, certificate) = tls("localhost", &["h2"]);
    let death = Arc::new(Notify::new());
    let first_dies = death.clone();
    let connections = tokio::spawn(async move {
        let (first, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(acceptor.clone(), first, async move { first_dies.notified().await }));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), stream, pending()));
        }
    });
    let client = Client::builder("TOKEN")
        .api_base_url(url)
        .root_certificates(certificate)
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(5))
        .retry(RetryPolicy::default().max_retries(1))
        .build()
        .unwrap();
    client.push("U1", "hi").await.unwrap();
    death.notify_one();
    client.push("U1", "hi").await.unwrap();
    connections.abort();
}

/// Accepts every send, until it is dead: then it neither reads nor writes, and the socket stays open.
async fn serve(acceptor: TlsAcceptor, stream: TcpStream, death: impl Future<Output = ()>) {
    let stream = acceptor.accept(stream).await.unwrap();
    let service = service_fn(async |request: http::Request<Incoming>| {
        request.into_body().collect().await.unwrap();
        Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from_static(b"{}"))))
    });
    let mut connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = death => pending().await,
        _ = &mut connection => {}
    }
}
