//! HTTP/2, on a listener with a certificate.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use hikyaku_gateway::{Listener, NewApiKey, Served};
use hikyaku_sender::{Filter, State};
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use crate::{
    home::Home,
    line::{PUSH, R},
    operation::renew,
    pages::{FORM, between},
};

/// A gateway that also speaks HTTPS, at this address and with this certificate.
struct Secure {
    home: Home,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    _folder: tempfile::TempDir,
}

impl Secure {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = renew(folder.path());
        // Nobody else has asked for this port when the gateway does.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let file = |name: &str| Some(folder.path().join(name));
        let home = Home::configured(|config| {
            let listener = Listener {
                address,
                serve: vec![Served::Line, Served::Pages, Served::Notify],
                certificate_file: file("cert.pem"),
                key_file: file("key.pem"),
                behind_proxy: false,
            };
            config.listen.insert("tls".to_owned(), listener);
        })
        .await;
        Self { home, address, certificate, _folder: folder }
    }

    async fn connect(&self) -> SendRequest<Full<Bytes>> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut client = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
        let name = ServerName::try_from("notify.example").unwrap();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let stream = connector.connect(name, stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        let (sender, connection) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        sender
    }
}

async fn call(
    sender: &mut SendRequest<Full<Bytes>>,
    line: &str,
    headers: &str,
    body: &str,
) -> Response<String> {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request =
        Request::builder().method(method).uri(format!("https://notify.example{path}"));
    for header in headers.lines() {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
    sender.ready().await.unwrap();
    let (head, body) = sender.send_request(request).await.unwrap().into_parts();
    assert_eq!(head.version, Version::HTTP_2);
    let body = body.collect().await.unwrap().to_bytes();
    Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn answers_are_the_same_as_over_http_1() {
    let secure = Secure::new().await;
    let home = &secure.home;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let bearer =
        format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n{R}", key.expose());
    let push =
        |to: &str| format!(r#"{{"to":"{to}","messages":[{{"type":"text","text":"hello"}}]}}"#);
    let line = format!("POST {PUSH}");
    let mut sender = secure.connect().await;

    // A refusal, in LINE's words, of which nobody else is told once it has left.
    let nobody = push("U0000000000000000000000000000000f");
    let refused = call(&mut sender, &line, &bearer, &nobody).await;
    let told = r#"{"message":"Failed to send messages"}"#;
    assert_eq!((refused.status().as_u16(), refused.body().as_str()), (400, told));
    let rejected = Filter::default().state(State::Rejected);
    while !home.outbox.list(rejected.clone()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    // Two at once on one connection are one send.
    let mut other = sender.clone();
    let sent = push(home.alice.as_str());
    let (one, two) = tokio::join!(
        call(&mut sender, &line, &bearer, &sent),
        call(&mut other, &line, &bearer, &sent)
    );
    let statuses = [one.status().as_u16(), two.status().as_u16()];
    assert!(statuses.contains(&200) && statuses.iter().all(|it| [200, 409].contains(it)));
    let again = call(&mut sender, &line, &bearer, &sent).await;
    let same = home.request(&line, &bearer, &sent).await;
    assert_eq!((again.status().as_u16(), again.body()), (same.status, &same.body));
    assert_eq!(again.status(), 409);
    for name in ["x-line-accepted-request-id", "x-hikyaku-delivery", "content-type"] {
        assert_eq!(again.headers()[name], same.header(name).unwrap(), "{name}");
    }
    let body: Value = serde_json::from_str(again.body()).unwrap();
    assert!(body["sentMessages"][0]["id"].is_string());
    assert_eq!(home.sim.delivered(), 1);

    let only = bearer.lines().next().unwrap();
    let passed = call(&mut sender, "GET /v2/bot/info", only, "").await;
    assert_eq!(passed.status(), 200);
    assert_eq!(passed.headers()["x-hikyaku-answer"], "line");
    assert_eq!(call(&mut sender, "GET /v2/bot/info", "", "").await.status(), 401);
    assert_eq!(call(&mut sender, &format!("OPTIONS {PUSH}"), &bearer, "").await.status(), 405);
    assert_eq!(call(&mut sender, "GET /readyz", "", "").await.status(), 200);
    let notify = format!("authorization: Bearer {}\r\n{FORM}", home.t1.expose());
    let notified = call(&mut sender, "POST /api/notify", &notify, "message=a").await;
    assert_eq!(notified.body(), crate::home::OK);
    secure.home.stop().await;
}

/// Browsers split cookies, and name the host in the address.
#[tokio::test]
async fn pages_know_their_visitor_and_their_own_forms() {
    let secure = Secure::new().await;
    let link = secure.home.state.sign_in_link(secure.home.alice()).await.unwrap();
    let mut sender = secure.connect().await;
    let from = |site: &str| format!("origin: https://{site}\r\n{FORM}");
    let elsewhere =
        call(&mut sender, "POST /my/enter", &from("evil.example"), &format!("link={link}")).await;
    assert_eq!(elsewhere.status(), 403);
    let entered =
        call(&mut sender, "POST /my/enter", &from("notify.example"), &format!("link={link}")).await;
    assert_eq!(entered.status(), 303, "{entered:?}");
    let cookie = entered.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("; Secure"), "{cookie}");
    let cookies = format!("cookie: a=b\r\ncookie: {}\r\n", cookie.split(';').next().unwrap());
    let page = call(&mut sender, "GET /my", &cookies, "").await;
    assert_eq!(page.status(), 200, "{page:?}");
    assert!(!between(page.body(), "name=\"proof\" value=\"", "\"").is_empty());
    secure.home.stop().await;
}

/// One that is in use when the gateway stops is told so, and ends.
#[tokio::test]
async fn a_connection_ends_when_the_gateway_stops() {
    let secure = Secure::new().await;
    let mut sender = secure.connect().await;
    assert_eq!(call(&mut sender, "GET /healthz", "", "").await.status(), 200);
    secure.home.stop().await;
    while !sender.is_closed() {
        tokio::task::yield_now().await;
    }
}
