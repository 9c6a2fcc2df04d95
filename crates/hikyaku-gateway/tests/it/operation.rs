//! What an operator relies on.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use hikyaku_gateway::{AccessToken, Config, Gateway, NewToken, State};
use hikyaku_sender::Outbox;
use rustls::pki_types::CertificateDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::{
    cluster::Cluster,
    home::{Answer, Home, OK, Settings, config},
};

#[tokio::test]
async fn health_and_metrics_tell_no_secret() {
    let home = Home::new().await;
    home.notify(&home.t1, "message=s3cret").await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(Answer::read(home.raw(get(path)).await).status, 200, "{path}");
        for (method, status) in [("HEAD", 200), ("OPTIONS", 405), ("POST", 405)] {
            let answer = home.request(&format!("{method} {path}"), "", "").await;
            assert_eq!(answer.status, status, "{method} {path}");
        }
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

/// A certificate of its own for `notify.example`, written beside each other as a renewal does it.
pub(crate) fn renew(folder: &Path) -> CertificateDer<'static> {
    let own = rcgen::generate_simple_self_signed(["notify.example".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), own.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), own.cert.pem()).unwrap();
    own.cert.der().clone()
}

/// Agrees with a listener, trusting this certificate alone.
async fn trusting(
    trusted: &CertificateDer<'static>,
    address: SocketAddr,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = rustls::pki_types::ServerName::try_from("notify.example").unwrap();
    connector.connect(name, TcpStream::connect(address).await?).await
}

#[tokio::test]
async fn a_listener_with_a_certificate_speaks_https() {
    let home = Home::new().await;
    let folder = tempfile::tempdir().unwrap();
    let first = renew(folder.path());
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

    // One that says nothing and one that does not speak TLS keep nobody waiting.
    let silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut stream = trusting(&first, address).await.unwrap();
    let request = b"GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = Answer::read(String::from_utf8(answer).unwrap());
    assert_eq!(answer.status, 401, "{answer:?}");

    // In the middle of a renewal the one before is still there, and then the new one is.
    std::fs::write(folder.path().join("cert.pem"), "half of a").unwrap();
    trusting(&first, address).await.unwrap();
    let second = renew(folder.path());
    trusting(&first, address).await.unwrap_err();
    trusting(&second, address).await.unwrap();
    // A key that is another certificate's changes nothing.
    let key = std::fs::read(folder.path().join("key.pem")).unwrap();
    renew(folder.path());
    std::fs::write(folder.path().join("key.pem"), [&key[..], b"\n"].concat()).unwrap();
    trusting(&second, address).await.unwrap();
    drop((stop, silent));
    running.await.unwrap().unwrap();

    std::fs::write(&file, text.replace("key_file = \"key.pem\"\n", "")).unwrap();
    let told = Gateway::open(Config::read(&file).unwrap()).await.unwrap_err().to_string();
    assert!(told.contains("listen.tls needs both certificate_file and key_file"), "{told}");
    home.stop().await;
}

/// The tables of the first version are brought up to date, with what is in them.
#[tokio::test]
async fn tables_of_the_first_version_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let outbox = Outbox::open(&store).await.unwrap();
    outbox.transact(FirstVersion).await.unwrap();
    for _ in 0..2 {
        let state = State::open(&outbox).await.unwrap();
        let tokens = state.tokens().await.unwrap();
        assert_eq!((tokens[0].name.as_str(), tokens[0].budget), ("old", None));
        let keys = state.keys().await.unwrap();
        assert_eq!(
            (keys[0].name.as_str(), keys[0].budget, keys[0].unmetered),
            ("bot", None, false)
        );
        assert!(state.spent().await.unwrap().is_empty());
    }
    outbox.transact(Newer).await.unwrap();
    let why = State::open(&outbox).await.unwrap_err().to_string();
    assert!(why.contains("version 99"), "{why}");
}

struct FirstVersion;

impl hikyaku_sender::Work for FirstVersion {
    type Out = ();

    async fn run(
        &self,
        tx: &mut hikyaku_sender::Transaction<'_>,
    ) -> Result<(), hikyaku_sender::Error> {
        for sql in [
            "CREATE TABLE hikyaku_gateway_meta (version bigint NOT NULL, hash_key blob NOT NULL)",
            "INSERT INTO hikyaku_gateway_meta (version, hash_key) VALUES (1, x'00')",
            "CREATE TABLE hikyaku_gateway_token (id INTEGER PRIMARY KEY AUTOINCREMENT, hash blob NOT NULL UNIQUE, \
             name text NOT NULL, target text NOT NULL, target_name text, channel text NOT NULL, service bigint, \
             created_at bigint NOT NULL, revoked_at bigint)",
            "INSERT INTO hikyaku_gateway_token (hash, name, target, channel, created_at) VALUES (x'01', 'old', 'U1', 'default', 1)",
            "CREATE TABLE hikyaku_gateway_chat (channel text NOT NULL, id text NOT NULL, name text, gone bigint NOT NULL, \
             at bigint NOT NULL, PRIMARY KEY (channel, id))",
            "CREATE TABLE hikyaku_gateway_service (id INTEGER PRIMARY KEY AUTOINCREMENT, client_id text NOT NULL UNIQUE, \
             secret_hash blob NOT NULL, name text NOT NULL, callbacks text NOT NULL, created_at bigint NOT NULL, \
             removed_at bigint)",
            "CREATE TABLE hikyaku_gateway_code (hash blob NOT NULL PRIMARY KEY, service bigint NOT NULL, \
             redirect_uri text NOT NULL, target text NOT NULL, channel text NOT NULL, token bigint, expires_at bigint NOT NULL)",
            "CREATE TABLE hikyaku_gateway_unlinked (link blob NOT NULL PRIMARY KEY, token blob NOT NULL, name text NOT NULL, \
             lang text NOT NULL, expires_at bigint NOT NULL)",
            "CREATE TABLE hikyaku_gateway_key (id INTEGER PRIMARY KEY AUTOINCREMENT, hash blob NOT NULL UNIQUE, \
             name text NOT NULL, works_as text UNIQUE, channel text NOT NULL, send text NOT NULL, target text NOT NULL, \
             call text NOT NULL, fairness_key text NOT NULL, created_at bigint NOT NULL, revoked_at bigint)",
            "INSERT INTO hikyaku_gateway_key (hash, name, works_as, channel, send, target, call, fairness_key, created_at) \
             VALUES (x'02', 'bot', 'bot', 'default', 'push', '*', 'read', 'bot', 1)",
        ] {
            tx.query(sql, &[]).await?;
        }
        Ok(())
    }
}

struct Newer;

impl hikyaku_sender::Work for Newer {
    type Out = ();

    async fn run(
        &self,
        tx: &mut hikyaku_sender::Transaction<'_>,
    ) -> Result<(), hikyaku_sender::Error> {
        tx.query("UPDATE hikyaku_gateway_meta SET version = 99", &[]).await.map(drop)
    }
}

/// LINE refuses a sticker, and the gateway is killed before or after it sent the rest: the next one sees to it that the rest
/// arrives once.
#[tokio::test]
async fn the_rest_of_a_refused_sticker_arrives_once_though_the_gateway_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let notify = "delivery = \"queued\"";
    let settings = Settings { notify, store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    let refusal = serde_json::json!({
        "message": "The request body has 1 error(s)",
        "details": [{ "message": "invalid sticker", "property": "messages[1]" }],
    });
    let fault = hikyaku_sim::FaultRule::answer(400).on("POST", "/v2/bot/message/push").times(1);
    home.sim.fault(fault.body(refusal)).unwrap();
    let form = "message=a&stickerPackageId=1&stickerId=2";
    assert_eq!(home.notify(&home.t1, form).await.body, OK);
    let all = home.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
    let first = all.last().unwrap().id;
    home.outbox.wait(first, Duration::from_secs(30)).await.unwrap();
    let sim = home.kill().await;
    let outbox = Outbox::open(&store).await.unwrap();
    let config = config(&store, &sim, sim.channel_token().expose(), notify);
    let running = tokio::spawn(
        Gateway::over(outbox.clone(), config).await.unwrap().run(std::future::pending()),
    );
    // The killed gateway's place as the reader of outcomes lapses first. Once the reader has dealt with all, nothing more
    // is on its way.
    let dealt_with = async {
        while sim.delivered() == 0
            || outbox.outcome_cursors().await.unwrap().iter().any(|it| it.behind > 0)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), dealt_with).await.unwrap();
    let open = outbox.overview().await.unwrap();
    assert_eq!((open.count(hikyaku_sender::State::Ready), sim.delivered()), (0, 1));
    running.abort();
}

/// A notification whose nine bytes the gateway has waited for this long.
async fn body_is_awaited(home: &Home, long: Duration) -> TcpStream {
    let token = home.t1.expose();
    let head = format!(
        "POST /api/notify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    );
    let mut stream = TcpStream::connect(home.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // The gateway reads the body from here on.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(long).await;
    tokio::time::resume();
    stream
}

/// The body takes 29 seconds to come, and LINE two more to answer.
#[tokio::test]
async fn a_notification_that_came_slowly_is_told_as_what_it_is() {
    let home = Home::with("wait_seconds = 8", None).await;
    let slow = hikyaku_sim::FaultRule::delay(Duration::from_secs(2));
    home.sim.fault(slow.on("POST", "/v2/bot/message/push")).unwrap();
    let mut stream = body_is_awaited(&home, Duration::from_secs(29)).await;
    stream.write_all(b"message=a").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let answer = Answer::read(answer);
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("sent")));
    home.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_no_notification() {
    let home = Home::new().await;
    let mut stream = body_is_awaited(&home, Duration::from_secs(31)).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(home.outbox.list(hikyaku_sender::Filter::default()).await.unwrap().is_empty());
    home.stop().await;
}

#[tokio::test]
async fn a_store_that_takes_no_commits_is_not_ready() {
    let Some(cluster) = Cluster::own() else { return };
    let store = cluster.database();
    let home = Home::start(Settings { store: Some(store), ..Settings::default() }).await;
    assert_eq!(home.request("GET /readyz", "", "").await.status, 200);
    cluster.sql("postgres", "ALTER SYSTEM SET default_transaction_read_only = on");
    cluster.sql("postgres", "SELECT pg_reload_conf()");
    while home.request("GET /readyz", "", "").await.status != 503 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(home.request("GET /healthz", "", "").await.status, 200);
}
