use std::{fmt, str::FromStr};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use crate::random;

/// The namespace of all keys that are derived from a name.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_3b7e_91d2_4a6b_8e3d_c2a4_7b19_60f5);

/// A key that makes retries of a send safe (an idempotency key): for 24 hours LINE acts only on the first request with
/// it.
///
/// A send without one gets a random key for its own retries. Set one to retry a send later, or after a restart: a key
/// derived from the name of the job need not be stored. Its text is a UUID, as in LINE's header `X-Line-Retry-Key`.
///
/// ```
/// use hikyaku::RetryKey;
///
/// let shipped = RetryKey::named("order-17", 1);
/// assert_eq!(shipped, RetryKey::named("order-17", 1));
/// assert_ne!(shipped, RetryKey::named("order-17", 0));
/// assert_ne!(RetryKey::new(), RetryKey::new());
///
/// let kept = shipped.to_string();
/// assert_eq!(kept, "d791346d-581c-54ef-8b00-fa17d5d51f35");
/// assert_eq!(kept.parse(), Ok(shipped));
/// ```
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RetryKey(Uuid);

impl RetryKey {
    /// Creates a random key, different each time.
    #[expect(clippy::new_without_default, reason = "a default is the same each time")]
    pub fn new() -> Self {
        Self(random::uuid())
    }

    /// Creates the key of a send with a name, and a number if one name has several sends. The same name and number give
    /// the same key in every program and version.
    ///
    /// Under one key LINE sends once, whatever the contents: another text or another user needs another name or number.
    pub fn named(name: impl AsRef<str>, number: u64) -> Self {
        Self(NAMESPACE).derive(name.as_ref().as_bytes()).derive(number.to_string().as_bytes())
    }

    /// Derives a key from this one and a name: their version 5 UUID.
    #[must_use]
    pub fn derive(self, name: &[u8]) -> Self {
        let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        digest.update(self.0.as_bytes());
        digest.update(name);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.finish().as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
        Self(uuid::Builder::from_sha1_bytes(bytes).into_uuid())
    }
}

impl From<Uuid> for RetryKey {
    fn from(key: Uuid) -> Self {
        Self(key)
    }
}

impl From<RetryKey> for Uuid {
    fn from(key: RetryKey) -> Self {
        key.0
    }
}

impl FromStr for RetryKey {
    type Err = InvalidRetryKey;

    fn from_str(key: &str) -> Result<Self, InvalidRetryKey> {
        match Uuid::try_parse(key) {
            Ok(uuid) if key.len() == 36 => Ok(Self(uuid)),
            _ => Err(InvalidRetryKey),
        }
    }
}

impl fmt::Display for RetryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RetryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryKey({})", self.0)
    }
}

/// Serialised as its text.
impl Serialize for RetryKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RetryKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The text is not a retry key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRetryKey;

impl fmt::Display for InvalidRetryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a UUID with hyphens, such as 123e4567-e89b-12d3-a456-426614174000")
    }
}

impl std::error::Error for InvalidRetryKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_are_those_of_version_5() {
        // The same as `uuid.uuid5(uuid.NAMESPACE_DNS, "0")` and so on in Python. A change here would send messages
        // twice that are retried after an update.
        let whole = RetryKey(Uuid::NAMESPACE_DNS);
        let keys = ["0", "1", "12"].map(|name| whole.derive(name.as_bytes()).to_string());
        let expected = [
            "6af613b6-569c-5c22-9c37-2ed93f31d3af",
            "b04965e6-a9bb-591f-8f8a-1adcb2c8dc39",
            "52524d6e-10dc-5261-aa36-8b2efcbaa5f0",
        ];
        assert_eq!(keys, expected);
        let named = RetryKey::named("order-17", 0).to_string();
        assert_eq!(named, "4b2d3c2f-88fe-510e-8df5-43ce7a6fde88");
    }

    #[test]
    fn only_the_form_that_line_takes_is_a_key() {
        for text in ["", "order-17", "123e4567e89b12d3a456426614174000"] {
            assert_eq!(text.parse::<RetryKey>(), Err(InvalidRetryKey), "{text}");
        }
        let text = "123e4567-e89b-12d3-a456-426614174000";
        assert_eq!(text.parse::<RetryKey>().unwrap().to_string(), text);
    }
}
