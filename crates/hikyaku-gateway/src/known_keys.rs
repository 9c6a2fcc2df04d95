//! Keys that were looked up a moment ago: a bot that sends a thousand messages asks the store a few times.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    ApiKey, ApiKeyRow, Error, State, config::sha256, declared_keys::DeclaredKeys, token::SecretKind,
};

/// How long a key is known. One that is revoked works no longer than this.
const KNOWN_FOR: Duration = Duration::from_secs(3);

/// How many are known at most.
const MOST: usize = 10_000;

/// What a bearer's token is to the gateway.
enum ActsAs {
    /// A channel access token, which acts as the key of this name.
    Named(String),
    /// A key, if there is such a one.
    Itself,
}

/// The keys of one gateway.
#[derive(Debug)]
pub(crate) struct KnownKeys {
    state: State,
    /// Hashes of channel access tokens that act as a key, by its name.
    drop_in: Vec<(Vec<u8>, String)>,
    /// Whether channel access tokens are issued through the gateway.
    issues: bool,
    /// Keys that the configuration has. One of the store with such a name does not work.
    declared: Arc<DeclaredKeys>,
    known: Mutex<HashMap<Vec<u8>, (Instant, ApiKeyRow)>>,
}

impl KnownKeys {
    pub(crate) fn new(
        state: State,
        drop_in: Vec<(Vec<u8>, String)>,
        issues: bool,
        declared: Arc<DeclaredKeys>,
    ) -> Self {
        Self { state, drop_in, issues, declared, known: Mutex::default() }
    }

    /// The key that a bearer's token is, if it is one.
    pub(crate) async fn find(&self, token: &str) -> Result<Option<ApiKeyRow>, Error> {
        let (hash, declared) = (self.state.hash(SecretKind::ApiKey, token), self.declared.now());
        let is_declared = |key: &ApiKeyRow| declared.iter().any(|(_, it)| it.name == key.name);
        let now = Instant::now();
        if let Some((at, key)) = self.known().get(&hash)
            && now.duration_since(*at) < KNOWN_FOR
            && !is_declared(key)
        {
            return Ok(Some(key.clone()));
        }
        let Some(acts_as) = self.acts_as(token, &hash).await? else { return Ok(None) };
        let digest = sha256(token);
        // Digests are compared: how long that takes tells nothing about the keys.
        let found = declared.iter().find(|(known, key)| match &acts_as {
            ActsAs::Named(name) => key.name == *name,
            ActsAs::Itself => *known == digest,
        });
        if let Some((_, key)) = found {
            return Ok(Some(key.clone()));
        }
        let found = match &acts_as {
            ActsAs::Named(name) => self.state.find_key_named(name).await?,
            ActsAs::Itself => self.state.find_key(token).await?,
        };
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

    /// What a bearer's token may be. The store is asked for keys, and for channel access tokens where some are issued.
    async fn acts_as(&self, token: &str, hash: &[u8]) -> Result<Option<ActsAs>, Error> {
        if let Some((_, name)) = self.drop_in.iter().find(|(known, _)| known == hash) {
            return Ok(Some(ActsAs::Named(name.clone())));
        }
        if ApiKey::is_like(token) {
            return Ok(Some(ActsAs::Itself));
        }
        if !self.issues {
            return Ok(None);
        }
        Ok(self.state.find_issued(hash).await?.map(ActsAs::Named))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Vec<u8>, (Instant, ApiKeyRow)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
