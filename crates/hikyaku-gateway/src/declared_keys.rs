//! The keys that the configuration has. Its file is read again when it has changed, and the files of keys with it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    ApiKeyRow, Config, DeclaredKey, Error,
    file_version::{Version, version},
};

/// A key, behind its SHA-256.
pub(crate) type Declared = (Vec<u8>, ApiKeyRow);

/// The keys of a configuration.
#[derive(Debug)]
pub(crate) struct DeclaredKeys {
    /// The configuration as it was when the gateway began.
    config: Config,
    /// The channels that this gateway has until it is restarted.
    channels: BTreeSet<String>,
    loaded: Mutex<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    keys: Arc<[Declared]>,
    /// The files that say what the keys are, as they were when they were last read.
    files: Vec<(PathBuf, Version)>,
}

impl DeclaredKeys {
    pub(crate) fn read(config: &Config) -> Result<Self, Error> {
        // Before they are read: what is changed meanwhile is read again.
        let files = config.file().into_iter().flat_map(|file| files(file, &config.key)).collect();
        let loaded = Loaded { keys: keys(&config.key)?, files };
        let channels = config.channel.keys().cloned().collect();
        Ok(Self { config: config.clone(), channels, loaded: Mutex::new(loaded) })
    }

    /// The keys as they are now. A file that cannot be used changes nothing.
    pub(crate) fn now(&self) -> Arc<[Declared]> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = self.config.file()
            && loaded.files.iter().any(|(file, before)| version(file) != *before)
        {
            let now = |(file, _): &(PathBuf, Version)| (file.clone(), version(file));
            loaded.files = loaded.files.iter().map(now).collect();
            match self.config.read_again() {
                Ok(config) => {
                    loaded.files = files(file, &config.key);
                    self.take(&config, &mut loaded);
                }
                Err(error) => stay(&error),
            }
        }
        loaded.keys.clone()
    }

    fn take(&self, config: &Config, loaded: &mut Loaded) {
        let unknown = config.key.iter().find(|key| !self.channels.contains(&key.channel));
        let read = match unknown {
            None => keys(&config.key),
            Some(DeclaredKey { name, channel, .. }) => Err(Error::new(format!(
                "[[key]] {name}: channel.{channel} is there after a restart only"
            ))),
        };
        match read {
            Ok(keys) if keys != loaded.keys => {
                tracing::info!(keys = keys.len(), "the keys of the configuration have changed");
                loaded.keys = keys;
            }
            Ok(_) => {}
            Err(error) => stay(&error),
        }
    }
}

fn stay(error: &Error) {
    tracing::warn!(%error, "the changed configuration cannot be used; its keys stay as they were");
}

fn keys(declared: &[DeclaredKey]) -> Result<Arc<[Declared]>, Error> {
    declared.iter().map(DeclaredKey::read).collect()
}

/// The file of a configuration, and those of its keys.
fn files(config: &Path, keys: &[DeclaredKey]) -> Vec<(PathBuf, Version)> {
    let keys = keys.iter().filter_map(|key| key.file.as_deref());
    std::iter::once(config).chain(keys).map(|file| (file.to_owned(), version(file))).collect()
}
