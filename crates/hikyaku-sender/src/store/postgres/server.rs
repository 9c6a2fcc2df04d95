use std::{sync::Arc, time::Duration};

use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Client, Config, Connection, Socket,
    config::{Host, SslMode},
};

use super::{
    tls::{Tls, TlsStream, Trust},
    unsuitable,
};
use crate::store::Result;

/// How long nothing is heard of a connection before another one is asked whether it is alive.
pub(super) const SILENCE: Duration = Duration::from_secs(3);

/// Where a PostgreSQL is, and how far it is trusted.
#[derive(Clone, Debug)]
pub(super) struct Server {
    config: Arc<Config>,
    tls: Tls,
    trusted_to_flush: bool,
    pooled: bool,
}

/// How a URL wants the connection, in libpq's words.
///
/// Source: <https://www.postgresql.org/docs/current/libpq-ssl.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

impl Server {
    /// Reads a URL as libpq does. Nothing of it is repeated in errors: passwords have been found in any part.
    pub(super) fn read(url: &str) -> Result<Self> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut rest) = (None, None, String::new());
        let (mut trusted_to_flush, mut pooled) = (false, false);
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "sslmode" => {
                    mode = Some(Mode::read(&value).ok_or_else(|| {
                        unsuitable("its sslmode must be disable, allow, prefer, require, verify-ca or verify-full")
                    })?);
                }
                "storage" if value == "durable" => trusted_to_flush = true,
                "pooler" if value == "transaction" => pooled = true,
                "pooler" => {
                    return Err(unsuitable("its pooler can be transaction or not be named"));
                }
                "storage" => return Err(unsuitable("its storage can be durable or not be named")),
                "sslrootcert" => roots = Some(value.into_owned()),
                _ => {
                    rest.push(if rest.is_empty() { '?' } else { '&' });
                    rest.push_str(option);
                }
            }
        }
        let mut config: Config = format!("{base}{rest}").parse().map_err(|_| {
            unsuitable(
                "it must be postgres://USER:PASSWORD@HOST:PORT/DATABASE with options that are known, and what has a \
                 meaning in a URL must be percent-encoded in names and passwords",
            )
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unsuitable(
                "it names no host; write postgres://USER@HOST/DATABASE, or host=/run/postgresql behind a ? for a socket",
            ));
        }
        let system = roots.as_deref() == Some("system");
        let mode = mode.unwrap_or(if system { Mode::VerifyFull } else { Mode::Prefer });
        if system && mode < Mode::VerifyFull {
            return Err(unsuitable("sslrootcert=system goes with sslmode=verify-full only"));
        }
        let trust = match (mode, roots) {
            (Mode::Disable, _) | (Mode::Prefer | Mode::Require, None) => Trust::Anybody,
            (Mode::VerifyCa, None) => {
                return Err(unsuitable(
                    "sslmode=verify-ca needs sslrootcert=FILE, the certificates that are trusted",
                ));
            }
            (Mode::VerifyFull, None) => Trust::public(),
            (Mode::VerifyFull, Some(_)) if system => Trust::public(),
            (mode, Some(path)) => Trust::file(&path, mode == Mode::VerifyFull)?,
        };
        // What does not leave the machine is not encrypted, as with libpq.
        let local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)))
            && config.get_hostaddrs().is_empty();
        config.ssl_mode(match mode {
            _ if local => SslMode::Disable,
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        notice_when_cut_off(&mut config);
        Ok(Self { config: Arc::new(config), tls: Tls::new(trust)?, trusted_to_flush, pooled })
    }

    /// Whether its storage keeps what is committed though it says that it does not flush.
    pub(super) fn is_trusted_to_flush(&self) -> bool {
        self.trusted_to_flush
    }

    /// Whether a pooler gives each transaction the next best session.
    pub(super) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// How long connecting takes at most.
    pub(super) fn patience(&self) -> Duration {
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(1).max(1);
        (self.config.get_connect_timeout().copied().unwrap_or(SILENCE) + SILENCE) * hosts
    }

    pub(super) async fn connect(
        &self,
    ) -> std::result::Result<(Client, Connection<Socket, TlsStream<Socket>>), tokio_postgres::Error>
    {
        // Boxed: it is large, seldom, and a part of every step.
        Box::pin(self.config.connect(self.tls.clone())).await
    }
}

/// What the operating system does about a connection that is cut off, unless the URL says otherwise.
fn notice_when_cut_off(config: &mut Config) {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(SILENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE * 5);
    }
    if config.get_keepalives_idle() >= Duration::from_secs(2 * 60 * 60) {
        config.keepalives_idle(SILENCE * 5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn mode(options: &str) -> SslMode {
        Server::read(&format!("postgres://db.example.com/x?{options}"))
            .unwrap()
            .config
            .get_ssl_mode()
    }

    #[test]
    fn tls_is_used_as_libpq_does() {
        assert_eq!(mode(""), SslMode::Prefer);
        assert_eq!(mode("sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("sslmode=require"), SslMode::Require);
        assert_eq!(mode("connect_timeout=5&sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("sslrootcert=system"), SslMode::Require);
        let local = Server::read("postgres:///x?host=/run/postgresql&sslmode=require").unwrap();
        assert_eq!(local.config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn a_url_that_cannot_be_used_says_why_and_repeats_nothing_of_it() {
        for url in [
            "postgres://me:hunter2@db/x?sslmode=hunter2",
            "postgres://me@db/x?password=a&hunter2=b",
            "postgres://me:hunter2@db:hunter2/x",
            "postgres://me:hunter2@/x",
            "postgres://me:hunter2@db/x?sslmode=verify-ca",
            "postgres://me:hunter2@db/x?sslmode=require&sslrootcert=system",
            "postgres://me:hunter2@db/x?sslrootcert=/nowhere/at/all",
        ] {
            let error = Server::read(url).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(matches!(error.kind(), ErrorKind::Unsuitable(_)), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
