//! The configuration: one file, in TOML.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use hikyaku::Client;
use serde::Deserialize;

use crate::Error;

/// The longest wait for LINE: callers such as microcontrollers give up after ten seconds.
const LONGEST_WAIT: u64 = 8;

/// What the gateway serves, where, and through which channels. `gateway.toml` in this crate explains every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The outbox's URL.
    pub store: String,
    /// Where it listens, by names of the operator's own.
    pub listen: BTreeMap<String, Listener>,
    /// The channels that send, by the names that tokens have.
    pub channel: BTreeMap<String, Channel>,
    /// The LINE Notify door.
    #[serde(default)]
    pub notify: NotifySettings,
}

/// One address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Address and port; port 0 picks a free one.
    pub address: SocketAddr,
    /// What it serves.
    pub serve: Vec<Served>,
}

/// Something that a listener can serve. `/healthz` and `/readyz` are everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Served {
    /// LINE Notify's API.
    Notify,
    /// `/metrics`, for Prometheus.
    Metrics,
}

/// A channel of the Messaging API.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its access token.
    #[serde(default)]
    pub token: Option<String>,
    /// A file with the token; its path begins where the configuration is.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Where LINE's API is, where that is not LINE.
    #[serde(default)]
    pub api_url: Option<String>,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// How the LINE Notify door behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySettings {
    /// What stands in front of each message; `{name}` is the token's name.
    pub prefix: String,
    /// Whether an answer waits for LINE's.
    pub delivery: DeliveryMode,
    /// How many seconds it waits.
    pub wait_seconds: u64,
    /// The most characters of a message; without it, what fits into a push.
    pub longest_message: Option<usize>,
}

/// When a caller is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeliveryMode {
    /// When LINE has answered, or after the wait.
    Direct,
    /// As soon as the notification is on disk.
    Queued,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            prefix: "[{name}] ".to_owned(),
            delivery: DeliveryMode::Direct,
            wait_seconds: 3,
            longest_message: None,
        }
    }
}

impl NotifySettings {
    pub(crate) fn wait(&self) -> Option<Duration> {
        (self.delivery == DeliveryMode::Direct).then(|| Duration::from_secs(self.wait_seconds))
    }
}

impl Config {
    /// Reads a file. Paths in it begin where it is; the path of the store begins where the program is.
    ///
    /// # Errors
    /// It cannot be read, or a key is unknown, missing or wrong.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let cannot =
            |why: std::io::Error| Error::because(format!("cannot read {}", path.display()), why);
        let text = std::fs::read_to_string(path).map_err(cannot)?;
        let mut config =
            Self::parse(&text).map_err(|why| Error::because(format!("{}", path.display()), why))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in config.channel.values_mut().filter_map(|channel| channel.token_file.as_mut()) {
            *file = folder.join(&*file);
        }
        Ok(config)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// A key is unknown, missing or wrong.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let config: Self = toml::from_str(text)
            // A line of the file may be a secret: what is wrong is told without it.
            .map_err(|why| Error::new(format!("the configuration: {}", why.message())))?;
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.listen.is_empty() || self.channel.is_empty() {
            return Err(Error::new("the configuration needs a [listen.NAME] and a [channel.NAME]"));
        }
        if self.notify.wait_seconds > LONGEST_WAIT {
            return Err(Error::new(
                "notify.wait_seconds is at most 8: callers give up after 10 seconds",
            ));
        }
        Ok(())
    }
}

impl Channel {
    pub(crate) fn client(&self, name: &str) -> Result<Client, Error> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), None) => token.clone(),
            (None, Some(file)) => std::fs::read_to_string(file)
                .map_err(|why| Error::because(format!("cannot read {}", file.display()), why))?
                .trim()
                .to_owned(),
            _ => {
                return Err(Error::new(format!("channel.{name} needs either token or token_file")));
            }
        };
        let mut client = Client::builder(token);
        if let Some(url) = &self.api_url {
            client = client.api_base_url(url);
        }
        client.build().map_err(|why| Error::because(format!("channel.{name}"), why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = include_str!("../gateway.toml");

    #[test]
    fn the_manual_is_a_configuration_and_shows_the_defaults() {
        let config = Config::parse(MANUAL).unwrap();
        assert_eq!(config.listen["lan"].serve, [Served::Notify]);
        let Config { notify, .. } = config;
        let default = NotifySettings::default();
        assert_eq!((notify.prefix, notify.delivery), (default.prefix, default.delivery));
    }

    /// A key that is added to a struct has to be added here, because no field is left out by `..`.
    #[test]
    fn the_manual_has_every_key() {
        let line = |line: &str| line.strip_prefix("#: ").unwrap_or(line).to_owned();
        let all: Vec<String> = MANUAL.lines().map(line).collect();
        let Config { store, listen, channel, notify } = Config::parse(&all.join("\n")).unwrap();
        assert!(!store.is_empty());
        for Listener { address, serve } in listen.values() {
            assert_ne!(address.port(), 0);
            assert!(!serve.is_empty());
        }
        assert!(listen.values().any(|it| it.serve.contains(&Served::Metrics)));
        let both: Vec<_> = channel.values().collect();
        assert!(both.iter().any(|Channel { token, .. }| token.is_some()));
        assert!(both.iter().any(|Channel { token_file, .. }| token_file.is_some()));
        assert!(both.iter().any(|Channel { token: _, token_file: _, api_url }| api_url.is_some()));
        let NotifySettings { prefix, delivery, wait_seconds, longest_message } = notify;
        assert!(prefix.contains("{name}") && longest_message.is_some());
        assert_eq!((delivery, wait_seconds), (DeliveryMode::Direct, 3));
    }

    #[test]
    fn what_is_wrong_is_told_without_secrets() {
        let told =
            Config::parse("store = 1\n[channel.a]\ntoken = \"s3cret\"").unwrap_err().to_string();
        assert!(!told.contains("s3cret"), "{told}");
        let text = MANUAL.replace("wait_seconds = 3", "wait_seconds = 9");
        assert!(Config::parse(&text).unwrap_err().to_string().contains("at most 8"));
        assert!(Config::parse(&format!("unknown = 1\n{MANUAL}")).is_err());
    }
}
