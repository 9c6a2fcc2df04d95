//! What `hikyaku push` costs from its start to its end over TLS, beside the least program that sends the same request
//! with hyper and rustls.
//!
//! `cargo bench -p hikyaku-cli --bench one_shot` runs both in turn and prints medians of wall time; the least program is
//! this one, started again. Both are copied first, as installing does: a file as the linker left it lies in smaller
//! pieces in the kernel's cache, and starts slower the larger it is.

#[path = "../../hikyaku/benches/server/mod.rs"]
mod server;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use server::Server;
use tokio_rustls::TlsConnector;

const LEAST: &str = "HIKYAKU_BENCH_LEAST";
const CA_FILE: &str = "HIKYAKU_CA_FILE";
const PAIRS: usize = 101;
const BODY: &str =
    r#"{"to":"U0123456789abcdef0123456789abcdef","messages":[{"type":"text","text":"hi"}]}"#;

fn main() {
    if server::is_child() {
        return server::run();
    }
    if let Ok(url) = std::env::var(LEAST) {
        return least(&url);
    }
    let server = Server::start(true);
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = folder.path().join("ca.pem");
    std::fs::write(&certificate, server.certificate().expect("a certificate")).expect("a file");
    let hikyaku = install(Path::new(env!("CARGO_BIN_EXE_hikyaku")), folder.path());
    let least = install(&std::env::current_exe().expect("this program has a path"), folder.path());
    // One of each first, so that no pair reads the programs from the disk.
    let mut pairs: Vec<_> = (0..=PAIRS)
        .map(|_| {
            let ours = time(ours(&hikyaku, &server, &certificate));
            (ours, time(floor(&least, &server, &certificate)))
        })
        .skip(1)
        .collect();
    let mut median = |value: fn(&(Duration, Duration)) -> f64| {
        pairs.sort_by(|a, b| value(a).total_cmp(&value(b)));
        value(&pairs[PAIRS / 2])
    };
    let (ours, floor) = (median(|pair| millis(pair.0)), median(|pair| millis(pair.1)));
    let ratio = median(|pair| millis(pair.0) / millis(pair.1));
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    {
        println!(
            "one-shot push over TLS: hikyaku {ours:.2} ms, least program {floor:.2} ms, ratio {ratio:.3} (medians of {PAIRS} pairs)"
        );
    }
}

fn install(program: &Path, folder: &Path) -> PathBuf {
    let installed = folder.join(program.file_name().expect("a program has a name"));
    std::fs::copy(program, &installed).expect("a copy");
    installed
}

fn ours(program: &Path, server: &Server, certificate: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["push", "U0123456789abcdef0123456789abcdef", "--text", "hi", "--json"])
        .env("LINE_CHANNEL_ACCESS_TOKEN", "bench-token")
        .env("HIKYAKU_API_URL", server.url())
        .env(CA_FILE, certificate);
    command
}

fn floor(program: &Path, server: &Server, certificate: &Path) -> Command {
    let mut command = Command::new(program);
    command.env(LEAST, server.url()).env(CA_FILE, certificate);
    command
}

fn time(mut command: Command) -> Duration {
    command.stdout(Stdio::null());
    let began = Instant::now();
    assert!(command.status().expect("the program starts").success());
    began.elapsed()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// One TLS connection, one request, one answer.
fn least(url: &str) {
    let authority = url.strip_prefix("https://").expect("an https URL");
    let (host, _) = authority.split_once(':').expect("a host and a port");
    let pem = std::fs::read(std::env::var_os(CA_FILE).expect("a certificate's path"))
        .expect("a certificate");
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let mut config =
        rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(authority).await.expect("a connection");
        stream.set_nodelay(true).expect("a TCP connection");
        let name = ServerName::try_from(host.to_owned()).expect("a host name");
        let stream = connector.connect(name, stream).await.expect("TLS");
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(executor, TokioIo::new(stream))
                .await
                .expect("HTTP/2");
        tokio::spawn(connection);
        let request = http::Request::post(format!("{url}/v2/bot/message/push"))
            .header("authorization", "Bearer bench-token")
            .header("content-type", "application/json")
            .header("x-line-retry-key", "123e4567-e89b-42d3-a456-426614174000")
            .body(Full::new(Bytes::from_static(BODY.as_bytes())))
            .expect("a request");
        let answer = sender.send_request(request).await.expect("an answer");
        assert!(answer.status().is_success());
        answer.into_body().collect().await.expect("a body");
    });
}
