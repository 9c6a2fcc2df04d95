//! What an operator relies on.

use std::sync::Arc;

use hikyaku_gateway::{AccessToken, Config, Gateway, NewToken, State};
use hikyaku_sender::Outbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::home::{Answer, Home, OK, config};

#[tokio::test]
async fn health_and_metrics_tell_no_secret() {
    let home = Home::new().await;
    home.notify(&home.t1, "message=s3cret").await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(Answer::read(home.raw(get(path)).await).status, 200, "{path}");
    }
    let metrics = Answer::read(home.raw(get("/metrics")).await);
    assert!(metrics.body.contains("hikyaku_"), "{metrics:?}");
    assert!(!metrics.body.contains("s3cret") && !metrics.body.contains(home.t1.expose()));
    home.stop().await;
}

#[tokio::test]
async fn bytes_may_come_one_at_a_time() {
    let home = Home::new().await;
    let token = home.t1.expose();
    let request = format!(
        "POST /api/notify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: 9\r\n\r\nmessage=a"
    );
    let mut stream = tokio::net::TcpStream::connect(home.address).await.unwrap();
    for byte in request.bytes() {
        stream.write_all(&[byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(Answer::read(answer).body, OK);
    home.stop().await;
}

#[tokio::test]
async fn a_client_that_waits_for_100_gets_it() {
    let home = Home::new().await;
    let token = home.t1.expose();
    let head = format!(
        "POST /api/notify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    );
    let mut stream = tokio::net::TcpStream::connect(home.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"message=a").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(Answer::read(answer).body, OK);
    home.stop().await;
}

#[tokio::test]
async fn what_was_answered_as_queued_is_sent_once_when_line_is_back() {
    let home = Home::with("delivery = \"queued\"", None).await;
    let gone = hikyaku_sim::FaultRule::answer(500).on("POST", "/v2/bot/message/push");
    home.sim.fault(gone).unwrap();
    let answer = home.notify(&home.t1, "message=x").await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("queued")));
    home.sim.clear_faults();
    home.sim.wait_for(1).await.unwrap();
    assert!(home.sim.duplicates().is_empty());
    home.stop().await;
}

#[tokio::test]
async fn tokens_survive_a_restart_and_are_kept_as_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hikyaku.db");
    let store = format!("sqlite:{}", path.display());
    let outbox = Outbox::open(&store).await.unwrap();
    let target = "U4af4980629000000000000000000000a".to_owned();
    let new =
        NewToken { name: "a".to_owned(), target, target_name: None, channel: "default".to_owned() };
    let state = State::open(&outbox).await.unwrap();
    let old = AccessToken::import(&"x".repeat(43)).unwrap();
    state.issue(new.clone(), Some(old.clone())).await.unwrap();
    let made = state.issue(new.clone(), None).await.unwrap();
    assert!(state.issue(new.clone(), Some(old)).await.is_err(), "imported twice");
    let wrong = NewToken { target: "@basic".to_owned(), ..new };
    assert!(state.issue(wrong, None).await.is_err());
    drop((state, outbox));

    let sim = hikyaku_sim::Sim::start().await.unwrap();
    let token = sim.channel_token();
    let gateway = Gateway::open(config(&store, &sim, token.expose(), "")).await.unwrap();
    let tokens = gateway.state().tokens().await.unwrap();
    assert_eq!(tokens.iter().map(|it| it.id).collect::<Vec<_>>(), [1, 2]);
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap_or_default());
    }
    let contains = |text: &str| files.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(!contains(made.token.expose()) && !contains(&"x".repeat(43)));
    assert!(contains("U4af4980629000000000000000000000a"));
}

#[tokio::test]
async fn a_listener_with_a_certificate_speaks_https() {
    let home = Home::new().await;
    let folder = tempfile::tempdir().unwrap();
    let own = rcgen::generate_simple_self_signed(["notify.example".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), own.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), own.signing_key.serialize_pem()).unwrap();
    let store = format!("sqlite:{}", folder.path().join("other.db").display());
    let text = format!(
        "store = \"{store}\"\n[listen.tls]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\"]\ncertificate_file = \"cert.pem\"\n\
         key_file = \"key.pem\"\n[channel.default]\ntoken = \"{}\"\napi_url = \"{}\"\n",
        home.sim.channel_token().expose(),
        home.sim.api_url()
    );
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, &text).unwrap();
    let gateway = Gateway::open(Config::read(&file).unwrap()).await.unwrap();
    let address = gateway.addresses()["tls"];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(gateway.run(async { drop(stopped.await) }));

    let mut roots = rustls::RootCertStore::empty();
    roots.add(own.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = rustls::pki_types::ServerName::try_from("notify.example").unwrap();
    // One that says nothing and one that does not speak TLS keep nobody waiting.
    let silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut plain = tokio::net::TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    let request = b"GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = Answer::read(String::from_utf8(answer).unwrap());
    assert_eq!(answer.status, 401, "{answer:?}");
    drop((stop, silent));
    running.await.unwrap().unwrap();

    std::fs::write(&file, text.replace("key_file = \"key.pem\"\n", "")).unwrap();
    let told = Gateway::open(Config::read(&file).unwrap()).await.unwrap_err().to_string();
    assert!(told.contains("listen.tls needs both certificate_file and key_file"), "{told}");
    home.stop().await;
}
