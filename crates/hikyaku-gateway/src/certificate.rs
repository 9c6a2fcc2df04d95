//! HTTPS by certificates of the operator's own, which are renewed while the gateway runs.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    Error,
    file_version::{Version, version},
};

/// How long both sides may take to agree.
const PATIENCE: Duration = Duration::from_secs(10);

/// The name by which both sides agree on HTTP/2.
const HTTP2: &[u8] = b"h2";

/// Whether both sides have agreed on HTTP/2.
pub(crate) fn is_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}

/// What a listener proves itself by.
#[derive(Clone)]
pub(crate) struct Certificate(Arc<Files>);

struct Files {
    chain: PathBuf,
    key: PathBuf,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    acceptor: TlsAcceptor,
    /// Of the chain and of the key, when they were last read.
    versions: [Version; 2],
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

impl Certificate {
    /// Reads a chain of certificates, the listener's own first, and its key, both in PEM.
    pub(crate) fn read(chain: &Path, key: &Path) -> Result<Self, Error> {
        let versions = [version(chain), version(key)];
        let loaded = Loaded { acceptor: acceptor(chain, key)?, versions };
        Ok(Self(Arc::new(Files {
            chain: chain.to_owned(),
            key: key.to_owned(),
            loaded: Mutex::new(loaded),
        })))
    }

    /// Agrees with a caller, if the caller does so in time.
    pub(crate) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let acceptor = self.0.current();
        timeout(PATIENCE, acceptor.accept(stream)).await.ok()?.ok()
    }
}

impl Files {
    /// The certificate as it is now. While the files are being replaced, or do not belong together, the last good one stays.
    fn current(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = [version(&self.chain), version(&self.key)];
        if versions != loaded.versions {
            loaded.versions = versions;
            match acceptor(&self.chain, &self.key) {
                Ok(renewed) => {
                    tracing::info!(certificate = %self.chain.display(), "a renewed certificate is used from now on");
                    loaded.acceptor = renewed;
                }
                Err(error) => {
                    tracing::warn!(%error, "a changed certificate cannot be used; the one before stays");
                }
            }
        }
        loaded.acceptor.clone()
    }
}

fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, Error> {
    let cannot = |path: &Path, why: rustls::pki_types::pem::Error| {
        Error::invalid_because(format!("cannot read {}", path.display()), why)
    };
    let certificates = CertificateDer::pem_file_iter(chain).map_err(|why| cannot(chain, why))?;
    let certificates: Vec<_> =
        certificates.collect::<Result<_, _>>().map_err(|why| cannot(chain, why))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|why| cannot(key, why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(certificates, private));
    let mut config = config.map_err(|why| {
        Error::invalid_because(format!("{} and {}", chain.display(), key.display()), why)
    })?;
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
