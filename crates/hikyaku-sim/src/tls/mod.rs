//! HTTPS: a certificate of the simulator's own, and whom its webhooks trust.

mod certificate;
mod trust;

use std::{collections::BTreeSet, io, net::IpAddr, path::PathBuf, sync::Arc};

use rustls::{ServerConfig, crypto::ring};
use tokio_rustls::TlsAcceptor;

use self::certificate::Certificate;
pub(crate) use self::trust::client;

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// It is made at each start.
    Memory,
    /// It is kept in this folder.
    Folder(PathBuf),
}

/// What a simulator shows to those who connect by HTTPS.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) certificate: Certificate,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// The certificate for this machine by its usual names, this address and these hosts.
    ///
    /// # Errors
    /// The folder cannot be read or written, or a host is no name that a certificate can have.
    pub(crate) fn new(source: &Source, bind: IpAddr, hosts: &[String]) -> io::Result<Self> {
        let mut names: BTreeSet<String> =
            ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
        if !bind.is_unspecified() {
            names.insert(bind.to_string());
        }
        names.extend(hosts.iter().map(|host| host.to_ascii_lowercase()));
        let certificate = match source {
            Source::Memory => Certificate::make(names)?,
            Source::Folder(folder) => Certificate::keep(folder, names)?,
        };
        let (chain, key) = certificate.read()?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
            .map_err(io::Error::other)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }
}
