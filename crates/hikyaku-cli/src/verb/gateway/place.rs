//! Where a gateway is: in a configuration, or for verbs that need none in its store.

use std::path::{Path, PathBuf};

use hikyaku_gateway::{Config, State};
use hikyaku_sender::Outbox;

use crate::{failure::usage, store};

/// What the arguments name.
#[derive(Debug)]
pub(super) enum Place {
    Config(PathBuf),
    Store(String),
}

/// A gateway's store, and its configuration where that was named.
pub(super) struct Opened {
    pub(super) config: Option<Config>,
    pub(super) outbox: Outbox,
    pub(super) state: State,
}

impl Place {
    pub(super) fn new(config: PathBuf, store: Option<String>) -> Self {
        store.map_or(Self::Config(config), Self::Store)
    }

    /// Reads the configuration, and the environment variables that go before it. Without a file, they are all.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        // The gateway that serves the pictures judges their URL.
        self.config_to_serve(true)
    }

    /// The same for a gateway that serves, with pictures below an http:// URL or without.
    pub(super) fn config_to_serve(&self, insecure_pictures: bool) -> anyhow::Result<Config> {
        let Self::Config(path) = self else {
            return Err(usage("this needs the configuration: name it with --config, not --store"));
        };
        // A variable that is no text is not ours.
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        // The last one counts.
        let insecure = ("HIKYAKU_GATEWAY__PICTURES__INSECURE".to_owned(), "true".to_owned());
        let flag = insecure_pictures.then_some(insecure);
        let variables: Vec<_> = std::env::vars_os().filter_map(text).chain(flag.clone()).collect();
        let is_ours = |(name, value): &(String, String)| {
            name.starts_with("HIKYAKU_GATEWAY__") && !value.is_empty()
        };
        if path.exists() {
            return Ok(Config::read_with(Some(path), variables)?);
        }
        let is_named = path != Path::new("gateway.toml");
        if is_named || !variables.iter().any(|it| is_ours(it) && Some(it) != flag.as_ref()) {
            return Err(usage(format!(
                "there is no {}; name the configuration with --config, or try `hikyaku gateway --demo`, which needs none",
                path.display()
            )));
        }
        Ok(Config::read_with(None, variables)?)
    }

    /// Opens the store. One that a configuration names is created if necessary.
    pub(super) async fn open(&self) -> anyhow::Result<Opened> {
        let (config, outbox) = match self {
            Self::Config(_) => {
                let config = self.config()?;
                let outbox = Outbox::open(&config.store).await?;
                (Some(config), outbox)
            }
            Self::Store(url) => (None, store::open(url).await?),
        };
        let state = State::open(&outbox).await?;
        Ok(Opened { config, outbox, state })
    }
}

impl Opened {
    /// Whether the gateway has such a channel, as far as that is known.
    pub(super) fn may_have_channel(&self, name: &str) -> bool {
        self.config.as_ref().is_none_or(|config| config.channel.contains_key(name))
    }
}
