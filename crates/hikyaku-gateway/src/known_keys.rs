//! Keys that were looked up a moment ago: a bot that sends a thousand messages asks the store a few times.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{ApiKey, ApiKeyRow, Error, State, config::sha256, token::SecretKind};

/// How long a key is known. One that is revoked works no longer than this.
const KNOWN_FOR: Duration = Duration::from_secs(3);

/// How many are known at most.
const MOST: usize = 10_000;

/// The keys of one gateway.
#[derive(Debug)]
pub(crate) struct KnownKeys {
    state: State,
    /// Hashes of channel access tokens that act as a key, by its name.
    drop_in: Vec<(Vec<u8>, String)>,
    /// Keys that the configuration has, by their SHA-256. One of the store with such a name does not work.
    declared: Vec<(Vec<u8>, ApiKeyRow)>,
    known: Mutex<HashMap<Vec<u8>, (Instant, ApiKeyRow)>>,
}

impl KnownKeys {
    pub(crate) fn new(
        state: State,
        drop_in: Vec<(Vec<u8>, String)>,
        declared: Vec<(Vec<u8>, ApiKeyRow)>,
    ) -> Self {
        Self { state, drop_in, declared, known: Mutex::default() }
    }

    /// The keys that the configuration has.
    pub(crate) fn declared(&self) -> Vec<ApiKeyRow> {
        self.declared.iter().map(|(_, key)| key.clone()).collect()
    }

    /// The key that a bearer's token is, if it is one.
    pub(crate) async fn find(&self, token: &str) -> Result<Option<ApiKeyRow>, Error> {
        let hash = self.state.hash(SecretKind::ApiKey, token);
        let dropped_in = self.drop_in.iter().find(|(known, _)| *known == hash);
        // The store is not asked for what cannot be a key.
        if dropped_in.is_none() && !ApiKey::is_like(token) {
            return Ok(None);
        }
        let digest = sha256(token);
        // Digests are compared: how long that takes tells nothing about the keys.
        let declared = self.declared.iter().find(|(known, key)| match dropped_in {
            Some((_, name)) => key.name == *name,
            None => *known == digest,
        });
        if let Some((_, key)) = declared {
            return Ok(Some(key.clone()));
        }
        let now = Instant::now();
        if let Some((at, key)) = self.known().get(&hash)
            && now.duration_since(*at) < KNOWN_FOR
        {
            return Ok(Some(key.clone()));
        }
        let found = match dropped_in {
            Some((_, name)) => self.state.find_key_named(name).await?,
            None => self.state.find_key(token).await?,
        };
        let is_declared = |key: &ApiKeyRow| self.declared.iter().any(|(_, it)| it.name == key.name);
        let found = found.filter(|key| !is_declared(key));
        let mut known = self.known();
        match &found {
            Some(key) => {
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(hash, (now, key.clone()));
            }
            // Guesses are not remembered: there is no end of them.
            None => drop(known.remove(&hash)),
        }
        Ok(found)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Vec<u8>, (Instant, ApiKeyRow)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
