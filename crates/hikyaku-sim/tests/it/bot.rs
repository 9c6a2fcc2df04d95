//! A bot's server that knows nothing: it keeps what it was sent, and answers as it is told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What a bot does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    Answers(u16),
    /// Closes the connection without an answer.
    HangsUp,
    /// Never answers.
    Sleeps,
}

/// A request that a bot was sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Its only event.
    pub(crate) fn event(&self) -> Value {
        let json = self.json();
        let events = json["events"].as_array().unwrap();
        assert_eq!(events.len(), 1, "{json}");
        events[0].clone()
    }
}

/// Dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Bot {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    server: JoinHandle<()>,
}

impl Bot {
    pub(crate) async fn that_answers(status: u16) -> Self {
        Self::that(move |_| Does::Answers(status)).await
    }

    /// A bot that does with its nth request, from 0, what it is told.
    pub(crate) async fn that(does: impl Fn(usize) -> Does + Send + Sync + 'static) -> Self {
        Self::at("http", does, |stream| std::future::ready(Some(stream))).await
    }

    /// A bot that answers 200 by HTTPS, and shows this certificate.
    pub(crate) async fn that_shows(pem: &str) -> Self {
        let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        let agree = move |stream| {
            let agreed = acceptor.accept(stream);
            async { agreed.await.ok() }
        };
        Self::at("https", |_| Does::Answers(200), agree).await
    }

    async fn at<S, F>(
        scheme: &str,
        does: impl Fn(usize) -> Does + Send + Sync + 'static,
        agree: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        F: Future<Output = Option<S>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("{scheme}://{}/callback", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, does) = (received.clone(), Arc::new(does));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, does) = (kept.clone(), does.clone());
                let agreed = agree(stream);
                tokio::spawn(async move { serve(agreed.await?, &kept, &*does).await });
            }
        });
        Self { url, received, server }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.received().iter().map(Received::event).collect()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    received: &Mutex<Vec<Received>>,
    does: &(dyn Fn(usize) -> Does + Send + Sync),
) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let request = loop {
            if let Some(request) = parse(&mut bytes) {
                break request;
            }
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
            bytes.extend_from_slice(&piece[..length]);
        };
        let place = {
            let mut received = received.lock().unwrap();
            received.push(request);
            received.len() - 1
        };
        match does(place) {
            Does::Answers(status) => {
                let answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 2\r\n\r\nok");
                stream.write_all(answer.as_bytes()).await.ok()?;
            }
            Does::HangsUp => return None,
            Does::Sleeps => std::future::pending().await,
        }
    }
}

/// Takes one whole request from what has arrived.
fn parse(bytes: &mut Vec<u8>) -> Option<Received> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = str::from_utf8(&bytes[..end]).unwrap().to_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: BTreeMap<_, _> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    if bytes.len() < end + 4 + length {
        return None;
    }
    let rest = bytes.split_off(end + 4 + length);
    let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
    *bytes = rest;
    Some(Received { line, headers, body })
}
