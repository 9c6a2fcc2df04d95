//! HTTPS by certificates of the operator's own.

use std::{path::Path, sync::Arc, time::Duration};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::Error;

/// How long both sides may take to agree.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a listener proves itself by.
#[derive(Clone)]
pub(crate) struct Certificate(TlsAcceptor);

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

impl Certificate {
    /// Reads a chain of certificates, the listener's own first, and its key, both in PEM.
    pub(crate) fn read(chain: &Path, key: &Path) -> Result<Self, Error> {
        let cannot = |path: &Path, why: rustls::pki_types::pem::Error| {
            Error::because(format!("cannot read {}", path.display()), why)
        };
        let certificates =
            CertificateDer::pem_file_iter(chain).map_err(|why| cannot(chain, why))?;
        let certificates: Vec<_> =
            certificates.collect::<Result<_, _>>().map_err(|why| cannot(chain, why))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|why| cannot(key, why))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|it| it.with_no_client_auth().with_single_cert(certificates, private));
        let config = config.map_err(|why| {
            Error::because(format!("{} and {}", chain.display(), key.display()), why)
        })?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Agrees with a caller, if the caller does so in time.
    pub(crate) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        timeout(PATIENCE, self.0.accept(stream)).await.ok()?.ok()
    }
}
