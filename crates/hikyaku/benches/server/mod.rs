//! A server that answers every request like an accepted push, in a process of its own so that its CPU is not counted.

use std::{
    convert::Infallible,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

const CHILD: &str = "HIKYAKU_BENCH_SERVER";
const ANSWER: &str = r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7bw2k7wqoDNrUYRVWpiJWQvNNbe7Zyp"}]}"#;
const REQUEST_ID: &str = "5d2a4b1c-3f0e-4d8a-9b7c-6e5f4a3b2c1d";

pub(crate) struct Server {
    process: Child,
    url: String,
    certificate: Option<String>,
}

impl Server {
    pub(crate) fn start(tls: bool) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut process = Command::new(program)
            .env(CHILD, if tls { "tls" } else { "plain" })
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let url = lines.next().expect("the server prints its URL").expect("the URL is text");
        let pem: Vec<String> =
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        Self { process, url, certificate: (!pem.is_empty()).then(|| pem.join("\n")) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have died by itself; either way there is nothing left to do about it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

#[expect(clippy::print_stdout, reason = "the parent process reads the address here")]
pub(crate) fn run() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("the port").port();
        if std::env::var(CHILD).as_deref() == Ok("tls") {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])
                .expect("a certificate");
            println!("https://localhost:{port}\n{}\n", made.cert.pem());
            let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
            let mut config = rustls::ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key)
                .expect("a certificate and its key");
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            let acceptor = TlsAcceptor::from(Arc::new(config));
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("a TCP connection");
                tokio::spawn(serve_tls(acceptor.clone(), stream));
            }
        } else {
            println!("http://127.0.0.1:{port}\n");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("a TCP connection");
                tokio::spawn(serve_plain(stream));
            }
        }
    });
}

/// Counts requests by their length: every request of a benchmark has its body right behind its head.
async fn serve_plain(mut stream: TcpStream) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-line-request-id: {REQUEST_ID}\r\ncontent-length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    );
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
        while let Some(length) = request_length(&buffer[..filled]) {
            buffer.copy_within(length..filled, 0);
            filled -= length;
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The length of the first request in the buffer, where all of it is there.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).expect("a head is text");
    let body = text
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().expect("a length"));
    (buffer.len() >= head + body).then_some(head + body)
}

async fn serve_tls(acceptor: TlsAcceptor, stream: TcpStream) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service =
        hyper::service::service_fn(|request: http::Request<hyper::body::Incoming>| async {
            let _ = request.into_body().collect().await;
            let response = http::Response::builder()
                .header("content-type", "application/json")
                .header("x-line-request-id", REQUEST_ID)
                .body(Full::new(Bytes::from_static(ANSWER.as_bytes())))
                .expect("a response");
            Ok::<_, Infallible>(response)
        });
    // A client that goes away is no error of a benchmark.
    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
