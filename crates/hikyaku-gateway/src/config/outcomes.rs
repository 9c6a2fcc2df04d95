use std::path::PathBuf;

use hikyaku_sender::OutcomeWebhook;
use serde::Deserialize;

use super::file;
use crate::Error;

/// A server of yours to which the gateway posts the outcomes of sends, signed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeSettings {
    /// The URL.
    pub url: String,
    /// The secret for the signatures: `whsec_` and the base64 of 24 to 64 bytes.
    #[serde(default)]
    pub secret: Option<String>,
    /// A file with the secret; a relative path starts at the configuration file.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
}

/// Its URL may be a secret, too.
impl std::fmt::Debug for OutcomeSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutcomeSettings").finish_non_exhaustive()
    }
}

impl OutcomeSettings {
    /// `what` is its place in the configuration, for errors.
    pub(super) fn check(&self, what: &str) -> Result<(), Error> {
        if self.secret.is_some() == self.secret_file.is_some() {
            return Err(Error::new(format!("{what} needs either secret or secret_file")));
        }
        if !self.url.starts_with("https://") && !self.url.starts_with("http://") {
            return Err(Error::new(format!("{what}.url begins with https:// or http://")));
        }
        Ok(())
    }

    /// Returns the webhook.
    pub(crate) fn webhook(&self, what: &str) -> Result<OutcomeWebhook, Error> {
        let secret = match (&self.secret, &self.secret_file) {
            (Some(secret), _) => secret.clone(),
            (None, Some(path)) => file::read(path)?,
            (None, None) => return Err(Error::new(format!("{what} needs secret or secret_file"))),
        };
        let secret = secret
            .parse()
            .map_err(|why| Error::invalid_because(format!("{what}: the secret"), why))?;
        OutcomeWebhook::new(&self.url, secret).map_err(|why| Error::invalid_because(what, why))
    }
}
