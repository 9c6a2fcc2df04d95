use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueHint};
use hikyaku::transport::{HyperTransport, Proxy};

use crate::{environment::unless_empty, failure::invalid, file, secret::Secret};

/// The timeout for connecting to a server that is not LINE's.
const CONNECT: Duration = Duration::from_secs(10);

// The way to a server. The flags are global, so that they may also follow a verb's own verb.
#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    /// Trust the certificates of this PEM file besides the built-in roots
    #[arg(
        long,
        global = true,
        env = unless_empty("HIKYAKU_CA_FILE"),
        hide_env_values = true,
        value_name = "FILE",
        value_hint = ValueHint::FilePath
    )]
    ca_file: Option<PathBuf>,

    // A secret, since it may hold a password.
    #[arg(
        long,
        global = true,
        env = unless_empty("HIKYAKU_PROXY"),
        hide_env_values = true,
        value_name = "URL",
        help = "Proxy to travel through, http://HOST:PORT, or @FILE [default: HTTPS_PROXY, but for NO_PROXY]"
    )]
    proxy: Option<Secret>,
}

impl NetworkArgs {
    /// Returns whether a flag or the environment names a file of certificates.
    pub(crate) fn has_certificates(&self) -> bool {
        self.ca_file.is_some()
    }

    /// Returns the proxy that a flag or the environment names for this command.
    pub(crate) fn proxy(&self) -> anyhow::Result<Option<Proxy>> {
        let Some(url) = &self.proxy else { return Ok(None) };
        let proxy = Proxy::new(&url.read()?);
        proxy.map(Some).map_err(|why| invalid("--proxy", why.to_string()))
    }

    /// Returns the file of certificates to trust as well; `profile` is the profile's.
    pub(crate) fn certificates(&self, profile: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
        let path = self.ca_file.as_deref().or(profile);
        path.map(|path| file::read_exactly(&path.display().to_string())).transpose()
    }

    /// Returns the transport that these settings describe; `profile` is the profile's file of certificates.
    pub(crate) fn transport(&self, profile: Option<&Path>) -> anyhow::Result<HyperTransport> {
        self.through(self.certificates(profile)?.as_deref())
    }

    /// Returns the transport that trusts public authorities alone.
    pub(crate) fn public_transport(&self) -> anyhow::Result<HyperTransport> {
        self.through(None)
    }

    fn through(&self, pem: Option<&[u8]>) -> anyhow::Result<HyperTransport> {
        let proxy = self.proxy()?.unwrap_or_else(Proxy::from_env);
        let transport = HyperTransport::through(proxy, CONNECT, pem);
        transport.map_err(|why| invalid("--ca-file", why.to_string()))
    }
}
