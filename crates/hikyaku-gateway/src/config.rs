//! The configuration: one file, in TOML.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use hikyaku::Client;
use hikyaku_model::ChannelSecret;
use hikyaku_webhook::Verifier;
use serde::Deserialize;

use crate::{Error, Network, Rehost, Template, certificate::Certificate};

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
    /// Where people and LINE reach the gateway from outside, such as `https://notify.example`.
    #[serde(default)]
    pub public_url: Option<String>,
    /// The LINE Notify door.
    #[serde(default)]
    pub notify: NotifySettings,
    /// How services ask people for tokens.
    #[serde(default)]
    pub oauth: OAuthSettings,
    /// Where uploaded pictures are kept.
    #[serde(default)]
    pub pictures: PictureSettings,
    /// The door of LINE's own API.
    #[serde(default)]
    pub line: LineSettings,
    /// Texts for `/adapters/json/NAME`, by their names.
    #[serde(default)]
    pub template: BTreeMap<String, Template>,
}

/// One address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Address and port; port 0 picks a free one.
    pub address: SocketAddr,
    /// What it serves.
    pub serve: Vec<Served>,
    /// A file with a chain of certificates in PEM, the listener's own first: it speaks HTTPS then. Its path begins where the
    /// configuration is.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// A file with the key of the certificate, in PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Whether all that comes here comes through a proxy, which says in `X-Forwarded-For` whose it is.
    #[serde(default)]
    pub behind_proxy: bool,
}

/// Something that a listener can serve. `/healthz` and `/readyz` are everywhere.
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
    /// LINE Notify's OAuth: pages for people, and the endpoint for services.
    OAuth,
    /// `/webhook`, for LINE.
    Webhook,
    /// `/pictures`, for LINE and its apps: pictures that scripts have uploaded.
    Pictures,
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
    /// Its secret, which webhooks are signed with. Without it, LINE's webhooks are not taken.
    #[serde(default)]
    pub secret: Option<String>,
    /// A file with the secret; its path begins where the configuration is.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// Where LINE's API is, where that is not LINE.
    #[serde(default)]
    pub api_url: Option<String>,
    /// The same of the host that serves files.
    #[serde(default)]
    pub data_url: Option<String>,
    /// The same of the host that attaches module channels.
    #[serde(default)]
    pub manager_url: Option<String>,
    /// The name of the key that the channel access token itself acts as at the LINE door, so that a bot changes nothing but
    /// its base URL.
    #[serde(default)]
    pub drop_in: Option<String>,
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

/// How services ask people for tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuthSettings {
    /// The channel whose account people speak to; it has a secret.
    pub channel: String,
}

impl Default for OAuthSettings {
    fn default() -> Self {
        Self { channel: "default".to_owned() }
    }
}

/// Where uploaded pictures are kept, while a listener serves them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PictureSettings {
    /// A folder on a local disk; its path begins where the program is.
    pub folder: PathBuf,
    /// How many megabytes they may have on disk. The oldest have to go then.
    pub disk_mb: u64,
    /// Which pictures that scripts name by their addresses are fetched and served as if they had been uploaded.
    pub rehost: Rehost,
    /// Networks that pictures are fetched from though they are not the internet: cameras at home, say.
    pub rehost_from: Vec<Network>,
}

impl Default for PictureSettings {
    fn default() -> Self {
        let folder = PathBuf::from("pictures");
        Self { folder, disk_mb: 1000, rehost: Rehost::Off, rehost_from: Vec::new() }
    }
}

/// How the door of LINE's own API behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineSettings {
    /// How many seconds a send waits for LINE's answer.
    pub wait_seconds: u64,
    /// What is checked before a send is stored.
    pub check: LineCheck,
    /// What becomes of a send for which the month has no room.
    pub on_quota: OnQuota,
}

/// What is checked before a send is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LineCheck {
    /// LINE's limits on messages, too: a caller hears of a mistake at once, also while LINE is down.
    Full,
    /// Recipients and JSON; LINE alone judges messages.
    Shape,
}

/// What becomes of a send for which the month has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnQuota {
    /// Its caller gets LINE's 429, and nothing is sent, as LINE does it.
    Refuse,
    /// It waits until there is room.
    Park,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self { wait_seconds: 3, check: LineCheck::Full, on_quota: OnQuota::Refuse }
    }
}

impl LineSettings {
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait_seconds)
    }
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
        for listen in config.listen.values_mut() {
            let files = [&mut listen.certificate_file, &mut listen.key_file];
            for file in files.into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        for channel in config.channel.values_mut() {
            for file in [&mut channel.token_file, &mut channel.secret_file].into_iter().flatten() {
                *file = folder.join(&*file);
            }
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
        for (door, seconds) in
            [("notify", self.notify.wait_seconds), ("line", self.line.wait_seconds)]
        {
            if seconds > LONGEST_WAIT {
                let why = "callers give up after 10 seconds";
                return Err(Error::new(format!("{door}.wait_seconds is at most 8: {why}")));
            }
        }
        let url = self.public_url.as_deref().unwrap_or("https://");
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(Error::new("public_url begins with https:// or http://"));
        }
        let serves = |served| self.serves(served);
        if serves(Served::Pictures) && !self.is_https() {
            return Err(Error::new(
                "a listener serves \"pictures\", so public_url is needed and begins with https://: LINE takes no other",
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
        let OAuthSettings { channel } = &self.oauth;
        if serves(Served::OAuth) && !self.channel.get(channel).is_some_and(Channel::has_secret) {
            return Err(Error::new(format!(
                "a listener serves \"oauth\", so channel.{channel}, to which people speak, needs secret or secret_file; \
                 oauth.channel picks another one"
            )));
        }
        Ok(())
    }

    /// Whether any listener serves this.
    pub fn serves(&self, served: Served) -> bool {
        self.listen.values().any(|it| it.serve.contains(&served))
    }

    /// Whether people reach it over HTTPS, as far as is said.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

impl Listener {
    /// What it proves itself by, if it speaks HTTPS.
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

impl Channel {
    fn has_secret(&self) -> bool {
        self.secret.is_some() || self.secret_file.is_some()
    }

    /// What tells whether a webhook is LINE's, if the channel's secret is there.
    pub(crate) fn verifier(&self, name: &str) -> Result<Option<Verifier>, Error> {
        let secret = match (&self.secret, &self.secret_file) {
            (None, None) => return Ok(None),
            (Some(secret), None) => secret.clone(),
            (None, Some(file)) => read(file)?,
            (Some(_), Some(_)) => {
                return Err(Error::new(format!(
                    "channel.{name} has secret and secret_file; it needs one of them"
                )));
            }
        };
        let secret = ChannelSecret::new(secret)
            .map_err(|why| Error::because(format!("channel.{name}.secret"), why))?;
        Ok(Some(Verifier::new(&secret)))
    }

    /// Its channel access token.
    pub(crate) fn token(&self, name: &str) -> Result<String, Error> {
        match (&self.token, &self.token_file) {
            (Some(token), None) => Ok(token.clone()),
            (None, Some(file)) => read(file),
            _ => Err(Error::new(format!("channel.{name} needs either token or token_file"))),
        }
    }

    pub(crate) fn client(&self, name: &str) -> Result<Client, Error> {
        let mut client = Client::builder(self.token(name)?);
        if let Some(url) = &self.api_url {
            client = client.api_base_url(url);
        }
        client.build().map_err(|why| Error::because(format!("channel.{name}"), why))
    }
}

fn read(file: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|why| Error::because(format!("cannot read {}", file.display()), why))?;
    Ok(text.trim().to_owned())
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
        let Config { store, listen, channel, notify, line, oauth, pictures, public_url, template } =
            Config::parse(&all.join("\n")).unwrap();
        assert!(!store.is_empty() && public_url.is_some());
        let PictureSettings { folder, disk_mb, rehost, rehost_from } = pictures;
        let default = PictureSettings::default();
        assert_eq!((folder, disk_mb), (default.folder, default.disk_mb));
        assert!(rehost == Rehost::Http && !rehost_from.is_empty());
        let OAuthSettings { channel: speaks } = oauth;
        assert_eq!(speaks, OAuthSettings::default().channel);
        for Listener { address, serve, behind_proxy, certificate_file, key_file } in listen.values()
        {
            assert_eq!(certificate_file.is_some(), key_file.is_some());
            assert_eq!(*behind_proxy, serve.contains(&Served::OAuth));
            assert_ne!(address.port(), 0);
            assert!(!serve.is_empty());
        }
        assert!(listen.values().any(|it| it.serve.contains(&Served::Metrics)));
        let both: Vec<_> = channel.values().collect();
        assert!(both.iter().any(|Channel { token, .. }| token.is_some()));
        assert!(both.iter().any(|Channel { token_file, .. }| token_file.is_some()));
        assert!(both.iter().any(|Channel { secret, .. }| secret.is_some()));
        assert!(both.iter().any(|Channel { secret_file, .. }| secret_file.is_some()));
        assert!(both.iter().any(|it| {
            let Channel { token: _, token_file: _, secret: _, secret_file: _, .. } = it;
            let Channel { api_url, data_url, manager_url, drop_in, .. } = it;
            [api_url, data_url, manager_url, drop_in].iter().all(|it| it.is_some())
        }));
        let LineSettings { wait_seconds, check, on_quota } = line;
        assert_eq!((wait_seconds, check, on_quota), (3, LineCheck::Full, OnQuota::Refuse));
        assert!(listen.values().any(|it| it.serve.contains(&Served::Line)));
        assert!(listen.values().any(|it| it.serve.contains(&Served::Adapters)));
        assert!(template.contains_key("uptime"));
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
