//! TLS to PostgreSQL, as people who know libpq expect it.

use std::net::Ipv4Addr;

use hikyaku_sender::{Error, ErrorKind, NewDelivery, Outbox, State};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::{
    cluster::{Cluster, LONGEST},
    stores::user,
};

const PASSWORD: &str = "correct-horse";

/// A server that speaks TLS, and certificates around it.
struct Server {
    cluster: Cluster,
    folder: TempDir,
}

impl Server {
    /// Nothing where there is no PostgreSQL.
    fn start(ssl: &str) -> Option<Self> {
        let authority = || {
            let mut params = CertificateParams::new([]).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
        };
        let (ours, other) = (authority(), authority());
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &ours).unwrap().pem();
        let folder = tempfile::tempdir().unwrap();
        let files = [("ours", ours.pem()), ("other", other.pem()), ("itself", certificate.clone())];
        for (name, pem) in files {
            std::fs::write(folder.path().join(name), pem).unwrap();
        }
        let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        let cluster = Cluster::listening(Ipv4Addr::LOCALHOST, rules)?;
        cluster.put("server.key", &key.serialize_pem());
        cluster.put("server.crt", &certificate);
        cluster.sql("postgres", &format!("CREATE ROLE me LOGIN SUPERUSER PASSWORD '{PASSWORD}'"));
        cluster.sql("postgres", &format!("ALTER SYSTEM SET ssl = {ssl}"));
        cluster.sql("postgres", "SELECT pg_reload_conf()");
        cluster.wait_until("SHOW ssl", ssl);
        Some(Self { cluster, folder })
    }

    /// Puts a send into a store of its own there; whether the connection for it was encrypted.
    async fn try_with(&self, host: &str, options: &str) -> Result<bool, Error> {
        let url = self.url(PASSWORD, host, options);
        let outbox = Outbox::open(&url).await?;
        let before = outbox.overview().await?.count(State::Ready);
        outbox.enqueue(NewDelivery::push(user(1), "hello")).await?;
        assert_eq!(outbox.overview().await?.count(State::Ready), before + 1);
        let encrypted = "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity \
            USING (pid) WHERE usename = 'me'";
        let told = self.cluster.sql("postgres", encrypted);
        drop(outbox);
        // Its connections end as its tasks do, which run in between.
        let left = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'me'";
        let closed = async {
            while self.cluster.sql("postgres", left) != "0" {
                tokio::task::yield_now().await;
            }
        };
        let closed = tokio::time::timeout(LONGEST, closed).await;
        closed.expect("the connections of an outbox that was dropped must end");
        let (encrypted, all) = told.split_once('|').unwrap();
        assert!(encrypted == "0" || encrypted == all, "{told}");
        Ok(encrypted != "0")
    }

    fn url(&self, password: &str, host: &str, options: &str) -> String {
        let port = self.cluster.port();
        let options = options.replace("FOLDER", &self.folder.path().display().to_string());
        // Whatever name it is asked by, it is found at the same place.
        format!("postgres://me:{password}@{host}:{port}/postgres?hostaddr=127.0.0.1&{options}")
    }

    async fn check(&self, host: &str, options: &str, expected: Result<bool, &str>) {
        match (self.try_with(host, options).await, expected) {
            (Ok(encrypted), Ok(expected)) => assert_eq!(encrypted, expected, "{host} {options}"),
            (Err(error), Err(expected)) => {
                let told = error.to_string();
                assert!(told.contains(expected), "{host} {options}: {told}");
                assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
            }
            (result, _) => panic!("{host} {options}: {result:?}"),
        }
    }
}

#[tokio::test]
async fn a_connection_is_encrypted_and_its_server_checked_as_the_url_says() {
    let Some(server) = Server::start("on") else { return };
    for (host, options, expected) in [
        ("localhost", "", Ok(true)),
        ("localhost", "sslmode=disable", Ok(false)),
        ("localhost", "sslmode=prefer", Ok(true)),
        ("elsewhere.example", "sslmode=require", Ok(true)),
        ("localhost", "sslmode=verify-full&sslrootcert=FOLDER/ours", Ok(true)),
        ("localhost", "sslmode=verify-full&sslrootcert=FOLDER/itself", Ok(true)),
        ("elsewhere.example", "sslmode=verify-ca&sslrootcert=FOLDER/ours", Ok(true)),
        (
            "elsewhere.example",
            "sslmode=verify-full&sslrootcert=FOLDER/ours",
            Err("not valid for name"),
        ),
        (
            "elsewhere.example",
            "sslmode=verify-full&sslrootcert=FOLDER/itself",
            Err("not valid for name"),
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=FOLDER/other",
            Err("invalid peer certificate"),
        ),
        ("localhost", "sslmode=require&sslrootcert=FOLDER/other", Err("invalid peer certificate")),
        // The public authorities do not know it.
        ("localhost", "sslmode=verify-full", Err("invalid peer certificate")),
        ("localhost", "sslrootcert=system", Err("invalid peer certificate")),
    ] {
        server.check(host, options, expected).await;
    }
    let wrong = Outbox::open(server.url("wrong-horse", "localhost", "")).await.unwrap_err();
    assert!(wrong.to_string().contains("password authentication failed"), "{wrong}");
    assert!(!format!("{wrong} {wrong:?}").contains("wrong-horse"), "{wrong:?}");
    assert!(matches!(wrong.kind(), ErrorKind::Store(_)));
}

#[tokio::test]
async fn a_server_without_tls_is_used_only_where_the_url_allows_it() {
    let Some(server) = Server::start("off") else { return };
    server.check("localhost", "", Ok(false)).await;
    server.check("localhost", "sslmode=require", Err("server does not support TLS")).await;
}
