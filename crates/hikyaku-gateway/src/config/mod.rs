//! The configuration, a TOML file.

mod alerts;
mod channel;
mod environment;
mod file;
mod key;
mod line;
mod notify;
mod outcomes;

#[cfg(test)]
mod manual_test;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    ApiKeyRow, Error, Network, Rehost, Template,
    certificate::Certificate,
    page_settings::{OperatorSettings, PageSettings},
};

use environment::Variables;

pub use alerts::AlertSettings;
pub use channel::Channel;
pub use key::DeclaredKey;
pub(crate) use key::sha256;
pub use line::{LineCheck, LineSettings, OnQuota};
pub use notify::{DeliveryMode, NotifySettings};
pub use outcomes::OutcomeSettings;

/// The longest wait for LINE: callers such as microcontrollers time out after ten seconds.
const LONGEST_WAIT: u64 = 8;

/// The longest time for which a notification waits for others, in milliseconds.
const LONGEST_WINDOW: u64 = 60_000;

/// The configuration of a gateway. `gateway.toml` in this crate explains every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The URL of the outbox.
    pub store: String,
    /// The listeners, by names of your choice.
    pub listen: BTreeMap<String, Listener>,
    /// The channels that send, by the names to which tokens refer.
    pub channel: BTreeMap<String, Channel>,
    /// The public URL at which users and LINE reach the gateway, such as `https://notify.example`.
    #[serde(default)]
    pub public_url: Option<String>,
    /// The settings of LINE Notify's API.
    #[serde(default)]
    pub notify: NotifySettings,
    /// The settings of OAuth, through which services obtain tokens.
    #[serde(default)]
    pub oauth: OAuthSettings,
    /// The storage of uploaded images.
    #[serde(default)]
    pub pictures: PictureSettings,
    /// The settings of LINE's own API.
    #[serde(default)]
    pub line: LineSettings,
    /// The templates for `/adapters/json/NAME`, by name.
    #[serde(default)]
    pub template: BTreeMap<String, Template>,
    /// The pages on which people see their tokens.
    #[serde(default)]
    pub pages: PageSettings,
    /// The pages of the people who run the gateway.
    #[serde(default)]
    pub operator: OperatorSettings,
    /// Keys for LINE's own API that are declared here, rather than issued into the store.
    #[serde(default)]
    pub key: Vec<DeclaredKey>,
    /// The server that gets the outcomes of sends; without it, they are only in the store.
    #[serde(default)]
    pub outcomes: Option<OutcomeSettings>,
    /// The alerts to the operator; without them, problems are only logged.
    #[serde(default)]
    pub alerts: Option<AlertSettings>,
    /// Where it was read.
    #[serde(skip)]
    file: Option<PathBuf>,
    /// The environment variables with which it was read.
    #[serde(skip)]
    variables: Variables,
}

/// A listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The address and port; port 0 picks a free one.
    pub address: SocketAddr,
    /// The parts that it serves.
    pub serve: Vec<Served>,
    /// A file with a certificate chain in PEM, the listener's own certificate first; it enables HTTPS. A relative path
    /// starts at the configuration file.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// A file with the key of the certificate, in PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Whether all requests come through a proxy that sets `X-Forwarded-For`.
    #[serde(default)]
    pub behind_proxy: bool,
}

/// A part that a listener can serve. `/healthz` and `/readyz` are on every listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Served {
    /// LINE's own API.
    Line,
    /// LINE Notify's API.
    Notify,
    /// Alertmanager, Grafana, GitHub and JSON below `/adapters/`, and the APIs of ntfy and Gotify.
    Adapters,
    /// LINE Notify's OAuth: pages for users, and the endpoint for services.
    OAuth,
    /// `/webhook`, for LINE.
    Webhook,
    /// `/pictures`, for LINE and its apps: images that scripts have uploaded.
    Pictures,
    /// `/metrics`, for Prometheus.
    Metrics,
    /// `/my`: pages on which people see, make and end their tokens.
    Pages,
    /// `/operator`: pages for the people who run the gateway.
    Operator,
}

/// The settings of OAuth.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuthSettings {
    /// The channel whose account users talk to; it must have a secret.
    pub channel: String,
}

impl Default for OAuthSettings {
    fn default() -> Self {
        Self { channel: "default".to_owned() }
    }
}

/// The storage of uploaded images, used while a listener serves them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PictureSettings {
    /// A folder on a local disk; a relative path starts at the working directory.
    pub folder: PathBuf,
    /// The disk space in megabytes. The oldest images are removed beyond it.
    pub disk_mb: u64,
    /// The age in days up to which the removal of an image is reported, since somebody may still scroll to it.
    pub keep_days: u32,
    /// Which images given by URL are fetched and served like uploaded ones.
    pub rehost: Rehost,
    /// Private networks from which images may be fetched, for example of cameras at home.
    pub rehost_from: Vec<Network>,
    /// Whether [`public_url`](Config::public_url) may begin with `http://`, for tests: LINE accepts only images with `https://`.
    pub insecure: bool,
}

impl Default for PictureSettings {
    fn default() -> Self {
        let folder = PathBuf::from("pictures");
        let (rehost, rehost_from) = (Rehost::Off, Vec::new());
        Self { folder, disk_mb: 1000, keep_days: 28, rehost, rehost_from, insecure: false }
    }
}

impl Config {
    /// Reads a file. Relative paths in it start at the file; the path of the store starts at the working directory.
    ///
    /// # Errors
    /// The file cannot be read, or a key is unknown, missing or invalid.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::read_with(Some(path.as_ref()), [])
    }

    /// Reads a file like [`read`](Self::read), and then environment variables, which go before it: `HIKYAKU_GATEWAY__`
    /// and the parts of a key in capitals, with two underscores between them, such as
    /// `HIKYAKU_GATEWAY__NOTIFY__WAIT_SECONDS`. Other variables, and empty ones, are ignored. Without a file, variables
    /// are all that there is.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), or a variable is of no key or has a value of another type.
    pub fn read_with(
        path: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        let text = match path {
            Some(path) => std::fs::read_to_string(path).map_err(|why| {
                Error::invalid_because(format!("cannot read {}", path.display()), why)
            })?,
            None => String::new(),
        };
        let variables: Vec<_> = variables.into_iter().collect();
        let in_file = |why: Error| match path {
            Some(path) => Error::invalid_because(format!("{}", path.display()), why),
            None => why,
        };
        let mut config = Self::parse_with(&text, &variables).map_err(in_file)?;
        config.variables = Variables(variables);
        let path = path.unwrap_or(Path::new(""));
        let folder = path.parent().unwrap_or(Path::new(""));
        for listen in config.listen.values_mut() {
            let files = [&mut listen.certificate_file, &mut listen.key_file];
            for file in files.into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        if let Some(file) = &mut config.pages.login_secret_file {
            *file = folder.join(&*file);
        }
        for channel in config.channel.values_mut() {
            for file in [&mut channel.token_file, &mut channel.secret_file].into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        for key in &mut config.key {
            let secret = key.outcomes.as_mut().and_then(|it| it.secret_file.as_mut());
            for file in [key.file.as_mut(), secret].into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        if let Some(file) = config.outcomes.as_mut().and_then(|it| it.secret_file.as_mut()) {
            *file = folder.join(&*file);
        }
        config.file = Some(path.to_owned()).filter(|path| *path != Path::new(""));
        Ok(config)
    }

    /// The same as its file and its variables say it now.
    pub(crate) fn read_again(&self) -> Result<Self, Error> {
        Self::read_with(self.file(), self.variables.0.clone())
    }

    /// The file that it was read from, if it was.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// A key is unknown, missing or invalid.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_with(text, &[])
    }

    fn parse_with(text: &str, variables: &[(String, String)]) -> Result<Self, Error> {
        // A line of the file may be a secret, so the error does not quote it.
        let wrong =
            |why: toml::de::Error| Error::new(format!("the configuration: {}", why.message()));
        let mut table: toml::Table = toml::from_str(text).map_err(wrong)?;
        let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        environment::apply(&mut table, variables)?;
        let config: Self = table.try_into().map_err(wrong)?;
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.listen.is_empty() || self.channel.is_empty() {
            return Err(Error::new("the configuration needs a [listen.NAME] and a [channel.NAME]"));
        }
        for (door, seconds) in
            [("notify", self.notify.wait_seconds), ("line", self.line.wait_seconds)]
        {
            if seconds > LONGEST_WAIT {
                let why = "callers give up after 10 seconds";
                return Err(Error::new(format!("{door}.wait_seconds is at most 8: {why}")));
            }
        }
        let mut names = BTreeSet::new();
        for key in &self.key {
            key.check(self.channel.contains_key(&key.channel))?;
            if !names.insert(&key.name) {
                return Err(Error::new(format!("two [[key]] are called {}", key.name)));
            }
        }
        if let Some(outcomes) = &self.outcomes {
            outcomes.check("outcomes")?;
        }
        for (name, channel) in &self.channel {
            channel.limits(name)?;
        }
        if let Some(alerts) = &self.alerts {
            alerts.check(self.channel.contains_key(&alerts.channel))?;
        }
        if self.notify.coalesce_ms > LONGEST_WINDOW {
            let why = "a notification that waits longer comes too late";
            return Err(Error::new(format!(
                "notify.coalesce_ms is at most {LONGEST_WINDOW}: {why}"
            )));
        }
        let url = self.public_url.as_deref().unwrap_or("https://");
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(Error::new("public_url begins with https:// or http://"));
        }
        let serves = |served| self.serves(served);
        let may_serve = self.is_https() || (self.pictures.insecure && self.public_url.is_some());
        if serves(Served::Pictures) && !may_serve {
            return Err(Error::new(
                "a listener serves \"pictures\", so public_url is needed and begins with https://: LINE takes no other; tests \
                 may set pictures.insecure",
            ));
        }
        if self.pictures.rehost != Rehost::Off && !serves(Served::Pictures) {
            return Err(Error::new(
                "pictures.rehost is set, so a listener needs to serve \"pictures\": what is fetched is served there",
            ));
        }
        if serves(Served::Webhook) && !self.channel.values().any(Channel::has_secret) {
            return Err(Error::new(
                "a listener serves \"webhook\", so a channel needs secret or secret_file",
            ));
        }
        for (name, channel) in &self.channel {
            if channel.forward_webhook.is_some()
                && !(serves(Served::Webhook) && channel.has_secret())
            {
                return Err(Error::new(format!(
                    "channel.{name}.forward_webhook is set, so a listener needs to serve \"webhook\", and the channel \
                     needs secret or secret_file"
                )));
            }
        }
        self.pages.check()?;
        for (name, listen) in &self.listen {
            let is_open = !listen.address.ip().is_loopback();
            let is_plain = listen.certificate_file.is_none() && !listen.behind_proxy;
            if listen.serve.contains(&Served::Operator) && is_open && is_plain {
                return Err(Error::new(format!(
                    "listen.{name} serves \"operator\", so its address must be this machine's own, such as 127.0.0.1, or it \
                     speaks HTTPS (certificate_file, key_file), or a proxy that does so stands before it (behind_proxy)"
                )));
            }
        }
        let OAuthSettings { channel } = &self.oauth;
        if serves(Served::Pages) && !self.channel.contains_key(channel) {
            return Err(Error::new(format!(
                "a listener serves \"pages\", so the configuration needs channel.{channel}, to which people speak; \
                 oauth.channel picks another one"
            )));
        }
        if serves(Served::OAuth) && !self.channel.get(channel).is_some_and(Channel::has_secret) {
            return Err(Error::new(format!(
                "a listener serves \"oauth\", so channel.{channel}, to which people speak, needs secret or secret_file; \
                 oauth.channel picks another one"
            )));
        }
        Ok(())
    }

    /// Returns the declared keys for LINE's API.
    ///
    /// # Errors
    /// The file of a key cannot be read, or does not contain a key.
    pub fn declared_keys(&self) -> Result<Vec<ApiKeyRow>, Error> {
        self.key.iter().map(|key| key.read().map(|(_, row)| row)).collect()
    }

    /// Returns whether any listener serves this part.
    pub fn serves(&self, served: Served) -> bool {
        self.listen.values().any(|it| it.serve.contains(&served))
    }

    /// Where a listener's pages are: at the public URL, if these are the public ones and there is one, or at the
    /// listener's address. Nothing if no listener serves them.
    pub fn page_url(&self, served: Served) -> Option<String> {
        let listen = self.listen.values().find(|it| it.serve.contains(&served))?;
        let public = self.public_url.as_deref().filter(|_| served != Served::Operator);
        let scheme = if listen.certificate_file.is_some() { "https" } else { "http" };
        Some(match public {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{scheme}://{}", listen.address),
        })
    }

    /// Returns whether users reach it over HTTPS, according to the configuration.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

impl Listener {
    /// Returns its certificate and key, if it serves HTTPS.
    pub(crate) fn certificate(&self, name: &str) -> Result<Option<Certificate>, Error> {
        match (&self.certificate_file, &self.key_file) {
            (Some(chain), Some(key)) => Certificate::read(chain, key).map(Some),
            (None, None) => Ok(None),
            _ => Err(Error::new(format!(
                "listen.{name} needs both certificate_file and key_file for HTTPS"
            ))),
        }
    }
}
