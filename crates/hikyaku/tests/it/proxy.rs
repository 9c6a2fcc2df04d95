//! Requests that travel through a proxy, as they look to it.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::{Client, ErrorKind, RetryPolicy, transport::Proxy};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::tls::tls;

/// A proxy that answers `CONNECT` with these words, and leads all tunnels to one server.
struct Tunnels {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Tunnels {
    async fn start(answer: &'static str, server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = heads.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(tunnel(stream, answer, server, kept.clone()));
            }
        });
        Self { port, heads }
    }

    fn client(&self, user: &str, certificate: &str) -> Client {
        let proxy = Proxy::new(&format!("http://{user}127.0.0.1:{}", self.port)).unwrap();
        Client::builder("TOKEN")
            .api_base_url("https://api.line.test")
            .root_certificates(certificate)
            .retry(RetryPolicy::none())
            .timeout(Duration::from_secs(20))
            .connect_timeout(Duration::from_secs(20))
            .proxy(proxy)
            .build()
            .unwrap()
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn tunnel(
    stream: TcpStream,
    answer: &'static str,
    server: u16,
    heads: Arc<Mutex<Vec<String>>>,
) {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap() == 0 {
            return;
        }
    }
    heads.lock().unwrap().push(head);
    stream.write_all(answer.as_bytes()).await.unwrap();
    if answer.contains("200") {
        let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        // Either side may have gone when the test is over.
        let _ = copy_bidirectional(&mut stream, &mut server).await;
    }
}

/// A server of `api.line.test` that accepts every send, its port and its certificate.
async fn server() -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, certificate) = tls("api.line.test", &[]);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(async |request: http::Request<Incoming>| {
                    assert_eq!(request.headers()["authorization"], "Bearer TOKEN");
                    Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from_static(b"{}"))))
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (port, certificate)
}

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

#[tokio::test]
async fn requests_travel_through_one_tunnel() {
    let (port, certificate) = server().await;
    let proxy = Tunnels::start(ESTABLISHED, port).await;
    let client = proxy.client("", &certificate);
    client.push("U1", "hi").await.unwrap();
    client.push("U1", "hi").await.unwrap();
    let head = "CONNECT api.line.test:443 HTTP/1.1\r\nHost: api.line.test:443\r\n\r\n";
    assert_eq!(proxy.heads(), [head]);
}

#[tokio::test]
async fn a_proxy_is_told_who_asks() {
    let (port, certificate) = server().await;
    let proxy = Tunnels::start(ESTABLISHED, port).await;
    proxy.client("al%40ice:open%3Asesame@", &certificate).push("U1", "hi").await.unwrap();
    let heads = proxy.heads();
    // `al@ice:open:sesame`
    assert!(
        heads[0].contains("\r\nProxy-Authorization: Basic YWxAaWNlOm9wZW46c2VzYW1l\r\n"),
        "{heads:?}"
    );
}

#[tokio::test]
async fn what_a_proxy_refuses_was_not_sent_and_the_error_names_the_proxy_without_its_password() {
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\n\r\n",
        "nonsense\r\n\r\n",
        "",
    ] {
        let proxy = Tunnels::start(answer, 0).await;
        let error = proxy.client("bob:sesame@", &server().await.1).push("U1", "hi").await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, false), "{error}");
        let place = format!("through the proxy http://127.0.0.1:{}/", proxy.port);
        assert!(error.to_string().contains(&place), "{error}");
        assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
    }
}

#[tokio::test]
async fn this_machine_and_http_are_reached_without_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, certificate) = tls("localhost", &[]);
    let asked = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.unwrap();
        listener.accept().await.unwrap();
    });
    let proxy = Tunnels::start("", 0).await;
    for url in [format!("https://localhost:{port}"), format!("http://127.0.0.1:{port}")] {
        let client = Client::builder("TOKEN")
            .api_base_url(url)
            .root_certificates(certificate.clone())
            .retry(RetryPolicy::none())
            .proxy(Proxy::new(&format!("http://127.0.0.1:{}", proxy.port)).unwrap())
            .build()
            .unwrap();
        client.push("U1", "hi").await.unwrap_err();
    }
    asked.await.unwrap();
    assert!(proxy.heads().is_empty());
}

#[test]
fn what_is_no_proxy_is_refused_without_being_repeated() {
    for (url, told) in [
        ("", "must be http://HOST:PORT"),
        ("http://", "must be http://HOST:PORT"),
        ("ftp://bob:sesame@proxy:21", "must be http://HOST:PORT"),
        ("socks5h://bob:sesame@proxy:1080", "not socks5h"),
        ("https://bob:sesame@proxy:443", "not https"),
    ] {
        let error = Proxy::new(url).unwrap_err().to_string();
        assert!(error.contains(told) && !error.contains("sesame"), "{url}: {error}");
    }
    let debug = format!("{:?}", Proxy::new("http://bob:sesame@proxy:3128").unwrap());
    assert!(!debug.contains("sesame"), "{debug}");
}
