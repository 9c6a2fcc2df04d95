//! HTTPS, by a certificate of the simulator's own.

use std::{io, sync::Arc};

use hikyaku_sim::{FaultRule, Sim, WebhookReason};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{
    bot::Bot,
    http::{Answer, bearer, raw, request},
};

/// What a client gets that trusts one authority and asks for the host by this name.
async fn ask(url: &str, name: &str, authority: &str, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(url.strip_prefix("https://").unwrap()).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = connector.connect(name, stream).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

fn info(sim: &Sim) -> Vec<u8> {
    request("GET", "/v2/bot/info", &[("authorization", &bearer(sim))], b"")
}

#[tokio::test]
async fn both_hosts_are_trusted_by_every_name_of_this_machine() {
    let sim = Sim::builder().tls().allow_host("Sim.Test").start().await.unwrap();
    let authority = sim.ca_certificate().unwrap();
    assert!(sim.page_url().starts_with("https://127.0.0.1:"));
    for name in ["localhost", "127.0.0.1", "::1", "sim.test"] {
        let answer = ask(&sim.api_url(), name, authority, &info(&sim)).await.unwrap();
        assert_eq!(Answer::read(&answer).json()["userId"], sim.bot_user_id().as_str());
    }
    let answer = ask(&sim.data_url(), "localhost", authority, &info(&sim)).await.unwrap();
    Answer::read(&answer).is(404, r#"{"message":"Not found"}"#);
    assert!(ask(&sim.api_url(), "elsewhere.test", authority, &info(&sim)).await.is_err());
    let other = Sim::builder().tls().start().await.unwrap();
    let error =
        ask(&sim.api_url(), "localhost", other.ca_certificate().unwrap(), &info(&sim)).await;
    assert!(error.unwrap_err().to_string().contains("UnknownIssuer"));
}

#[tokio::test]
async fn who_speaks_plain_http_is_told() {
    let sim = Sim::builder().tls().start().await.unwrap();
    let plain = sim.api_url().replace("https", "http");
    let answer = Answer::read(&raw(&plain, &info(&sim)).await.unwrap());
    answer.is(400, "This simulator speaks HTTPS; write https://.\n");
    assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
}

#[tokio::test]
async fn a_page_of_its_own_origin_may_call_it() {
    let sim = Sim::builder().tls().start().await.unwrap();
    for (origin, status) in [("https://localhost", 200), ("http://localhost", 403)] {
        let call = request("GET", "/_sim/v1/channels", &[("origin", origin)], b"");
        let answer = ask(&sim.api_url(), "localhost", sim.ca_certificate().unwrap(), &call).await;
        assert_eq!(Answer::read(&answer.unwrap()).status, status, "{origin}");
    }
}

#[tokio::test]
async fn faults_end_a_connection_as_without_it() {
    let sim = Sim::builder().tls().start().await.unwrap();
    let authority = sim.ca_certificate().unwrap();
    let ask = async || ask(&sim.api_url(), "localhost", authority, &info(&sim)).await;
    sim.fault(FaultRule::reset().times(1)).unwrap();
    assert_eq!(ask().await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    sim.fault(FaultRule::drop_before().times(1)).unwrap();
    assert_eq!(ask().await.unwrap(), b"");
    let whole = ask().await.unwrap();
    sim.fault(FaultRule::truncate().times(1)).unwrap();
    assert!(ask().await.unwrap().len() < whole.len());
}

#[tokio::test]
async fn a_certificate_is_kept_until_it_is_to_be_good_for_more() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new/folder");
    let start = async |host: &str| {
        let sim = Sim::builder().tls_in(&folder).allow_host(host).start().await.unwrap();
        let authority = std::fs::read_to_string(sim.ca_file().unwrap()).unwrap();
        assert_eq!(authority, sim.ca_certificate().unwrap());
        let answer = ask(&sim.api_url(), host, &authority, &info(&sim)).await.unwrap();
        assert_eq!(Answer::read(&answer).status, 200);
        sim.stop().await;
        authority
    };
    let first = start("localhost").await;
    assert_eq!(start("localhost").await, first);
    let second = start("sim.test").await;
    assert_ne!(second, first);
    assert_eq!(start("localhost").await, second);
    // What cannot be read is made anew, and what is lost is written again.
    std::fs::write(folder.join("ca.pem"), "lost").unwrap();
    assert_eq!(start("sim.test").await, second);
    let old = std::fs::read_to_string(folder.join("server.pem")).unwrap();
    let (_, expired) = old.split_once(" until ").unwrap();
    let expired = format!("# hikyaku-sim: sim.test until 2026-01-01T00:00:00Z\n{}", &expired[21..]);
    std::fs::write(folder.join("server.pem"), expired).unwrap();
    assert_ne!(start("sim.test").await, second);
    std::fs::write(folder.join("server.pem"), "nonsense").unwrap();
    start("localhost").await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = std::fs::metadata(folder.join("server.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let folder = file.path().join("tls");
    let error = Sim::builder().tls_in(&folder).start().await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot keep a certificate in {}: ", folder.display())));
}

#[tokio::test]
async fn a_bot_that_shows_the_same_certificate_is_told() {
    let sim = Sim::builder().tls().start().await.unwrap();
    let bot = Bot::that_shows(sim.server_certificate().unwrap()).await;
    for url in [bot.url().to_owned(), bot.url().replace("127.0.0.1", "localhost")] {
        sim.set_webhook(&url).unwrap();
        sim.user_says(sim.add_friend(), "hi");
    }
    let told = sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(told[1].attempts[0].reason, WebhookReason::Ok, "{told:?}");
    assert_eq!(bot.events().len(), 2);
}

#[tokio::test]
async fn a_certificate_of_another_is_good_only_where_that_is_allowed() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let bot = Bot::that_shows(&(made.cert.pem() + &made.signing_key.serialize_pem())).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    sim.user_says(sim.add_friend(), "hi");
    let told = sim.webhooks().wait_for(1).await.unwrap();
    let attempt = &told[0].attempts[0];
    assert_eq!(attempt.reason, WebhookReason::CouldNotConnect);
    let why = format!("TLS handshake failure: {} (invalid peer certificate: ", bot.url());
    assert!(attempt.detail.starts_with(&why), "{}", attempt.detail);
    let path = "/v2/bot/channel/webhook/test";
    let test = crate::http::post(&sim, path, "{}").await.json();
    assert_eq!((&test["success"], &test["reason"]), (&false.into(), &"COULD_NOT_CONNECT".into()));
    let sim = Sim::builder().webhook(bot.url()).insecure_webhooks().start().await.unwrap();
    assert_eq!(crate::http::post(&sim, path, "{}").await.json()["success"], true);
    // No simulator can vouch for another machine.
    let sim = Sim::builder().insecure_webhooks().start().await.unwrap();
    assert!(sim.set_webhook("https://bot.example/").is_err());
}
