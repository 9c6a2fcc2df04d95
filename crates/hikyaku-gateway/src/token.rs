//! Access tokens, and what is kept of them.

use std::fmt;

use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::Error;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// As long as LINE Notify's own: scripts and secret scanners look for this length.
const LENGTH: usize = 43;

/// An access token of a script: 43 letters and digits. It is shown once and kept as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// A new one, of 256 random bits.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new() -> Result<Self, Error> {
        let random = SystemRandom::new();
        let mut token = String::with_capacity(LENGTH);
        while token.len() < LENGTH {
            let mut bytes = [0; 64];
            random.fill(&mut bytes).map_err(|_| Error::new("the system has no randomness"))?;
            // 248 = 4 * 62: each letter is as likely as any other.
            let letters = bytes.iter().filter(|byte| **byte < 248);
            let letters = letters.filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
            token.extend(letters.take(LENGTH - token.len()).map(|letter| char::from(*letter)));
        }
        Ok(Self(token))
    }

    /// One that LINE Notify had issued, so that nothing but the host changes in a script.
    ///
    /// # Errors
    /// It does not have 43 letters and digits.
    pub fn import(token: &str) -> Result<Self, Error> {
        if token.len() == LENGTH && token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(token.to_owned()))
        } else {
            Err(Error::new("an access token has 43 letters and digits"))
        }
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

/// Turns tokens into what is kept of them. The key is the store's own, so a hash tells nothing elsewhere.
#[derive(Clone)]
pub(crate) struct Hasher(hmac::Key);

impl Hasher {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// A token is found by its hash, so how long a search takes tells nothing about the tokens that there are.
    pub(crate) fn hash(&self, token: &str) -> Vec<u8> {
        hmac::sign(&self.0, token.as_bytes()).as_ref().to_vec()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// A key for a new store.
pub(crate) fn new_key() -> Result<[u8; 32], Error> {
    let mut key = [0; 32];
    SystemRandom::new().fill(&mut key).map_err(|_| Error::new("the system has no randomness"))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_line_notifys_form_and_differ() {
        let (one, other) = (AccessToken::new().unwrap(), AccessToken::new().unwrap());
        assert_ne!(one, other);
        assert_eq!(AccessToken::import(one.expose()).unwrap(), one);
        for wrong in ["", "short", &"x".repeat(44), &"-".repeat(43)] {
            assert!(AccessToken::import(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
