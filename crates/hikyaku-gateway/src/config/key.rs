use std::{fmt, path::PathBuf};

use hikyaku_sender::Priority;
use ring::digest::{SHA256, digest};
use serde::Deserialize;

use super::{file, outcomes::OutcomeSettings};
use crate::{ApiKey, ApiKeyRow, Error, NewApiKey, Rights};

/// The prefix of a key's hash.
const HASH: &str = "sha256:";

/// A key for LINE's API that is declared in the configuration, rather than issued into the store.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredKey {
    /// The name in logs and lists. A key in the store with the same name does not work.
    pub name: String,
    /// `sha256:` and the SHA-256 of the key, in 64 hexadecimal digits.
    #[serde(default)]
    pub hash: Option<String>,
    /// A file with the key itself; a relative path starts at the configuration file.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// The channel that sends.
    #[serde(default = "super::channel::usual")]
    pub channel: String,
    /// The permitted kinds of send; all by default.
    #[serde(default)]
    pub send: Option<Vec<String>>,
    /// The permitted recipients of pushes and multicasts; everybody by default.
    #[serde(default)]
    pub to: Option<Vec<String>>,
    /// The permitted classes of other calls; by default all that this version knows.
    #[serde(default)]
    pub call: Option<Vec<String>>,
    /// The fairness key of its sends; the key's name by default.
    #[serde(default)]
    pub fairness_key: Option<String>,
    /// The priority of its sends.
    #[serde(default)]
    pub priority: Priority,
    /// The monthly limit on the recipients of its sends; by default only the channel's quota limits them.
    #[serde(default)]
    pub budget: Option<u64>,
    /// Whether it may also make sends that a budget cannot count: broadcasts, and narrowcasts without a limit.
    #[serde(default)]
    pub unmetered: bool,
    /// How many of its sends may wait at once; by default any number. Further ones are refused.
    #[serde(default)]
    pub backlog: Option<u64>,
    /// The server that gets the outcomes of its sends, instead of that of all.
    #[serde(default)]
    pub outcomes: Option<OutcomeSettings>,
}

impl fmt::Debug for DeclaredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclaredKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl DeclaredKey {
    pub(super) fn check(&self, has_channel: bool) -> Result<(), Error> {
        let Self { name, channel, hash, file, .. } = self;
        let wrong = |what: &str| Error::new(format!("[[key]] {name}: {what}"));
        if !has_channel {
            return Err(wrong(&format!("there is no channel.{channel}")));
        }
        if hash.is_some() == file.is_some() {
            return Err(wrong("it needs either hash or file"));
        }
        if hash.as_deref().is_some_and(|hash| read_hash(hash).is_none()) {
            return Err(wrong(
                "hash is sha256: and 64 hexadecimal digits, as `printf %s \"$KEY\" | sha256sum` prints them",
            ));
        }
        if let Some(outcomes) = &self.outcomes {
            outcomes.check(&format!("[[key]] {name}: outcomes"))?;
        }
        self.to_new().and_then(|new| new.check()).map_err(|why| wrong(&why.to_string()))
    }

    /// What is known of it, and the SHA-256 of the key.
    pub(crate) fn read(&self) -> Result<(Vec<u8>, ApiKeyRow), Error> {
        let wrong = |what: &str| Error::new(format!("[[key]] {}: {what}", self.name));
        let hash = match (&self.hash, &self.file) {
            (Some(hash), _) => read_hash(hash).ok_or_else(|| wrong("hash"))?,
            (None, Some(path)) => {
                let key = file::read(path)?;
                if !ApiKey::is_like(&key) {
                    return Err(wrong("the file holds no key: hkg_ and 43 letters and digits"));
                }
                sha256(&key)
            }
            (None, None) => return Err(wrong("it needs either hash or file")),
        };
        Ok((hash, ApiKeyRow::declared(self.to_new()?)))
    }

    fn to_new(&self) -> Result<NewApiKey, Error> {
        let list = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(","));
        let (send, to, call) = (list(&self.send), list(&self.to), list(&self.call));
        let rights = Rights::read(send.as_deref(), to.as_deref(), call.as_deref())?;
        let mut new = NewApiKey::new(&self.name, &self.channel).rights(rights);
        new.fairness_key.clone_from(&self.fairness_key);
        new.priority = self.priority;
        (new.budget, new.unmetered, new.backlog) = (self.budget, self.unmetered, self.backlog);
        Ok(new)
    }
}

/// What is compared of a key. It has 256 random bits, so nothing can be guessed from it.
pub(crate) fn sha256(key: &str) -> Vec<u8> {
    digest(&SHA256, key.as_bytes()).as_ref().to_vec()
}

fn read_hash(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(HASH).filter(|digits| digits.len() == 64)?;
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect()
}
