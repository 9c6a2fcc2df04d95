use std::collections::HashMap;

use hikyaku_model::{
    UserId,
    audience::{AppType, Area, Gender},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

use super::json;

/// A person with a LINE account, as the simulator knows them. Whatever is absent is unknown to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Person {
    /// The user id; without one the simulator makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The name in profiles; without one the simulator makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture of the profile is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// The status message of the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// The e-mail address, which LINE Login can ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of the profile, as a BCP 47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The phone number in the E.164 form, such as `+818000001234`, for push by phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// The age in years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
    /// The system of the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_type: Option<AppType>,
    /// Where the person lives, in LINE's words, such as `jp_13`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
}

/// The 32 digits of a user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct UserKey([u8; 16]);

impl UserKey {
    /// The key of an id of the form that LINE's have: `U` and 32 lower-case hexadecimal digits.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        hex(id.strip_prefix('U')?).map(Self)
    }

    pub(crate) fn id(self) -> UserId {
        format!("U{:032x}", u128::from_be_bytes(self.0)).into()
    }
}

impl Serialize for UserKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| D::Error::custom(format!("`{id}` is no user id")))
    }
}

/// 16 bytes from 32 lower-case hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Option<[u8; 16]> {
    let lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (digits.len() == 32 && digits.bytes().all(lower))
        .then(|| u128::from_str_radix(digits, 16).ok())?
        .map(u128::to_be_bytes)
}

/// A person, and the place of the provider whose channels know them by this id. To those of another provider the same
/// human is somebody else.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/getting-user-ids/>
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    person: Person,
    provider: usize,
}

/// All people of a simulator. They are the same for every channel of a provider.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    by_key: HashMap<UserKey, Known>,
    #[serde(with = "json::pairs")]
    by_phone: HashMap<(usize, String), UserKey>,
    made: u128,
}

impl People {
    /// Adds a person of a provider, or replaces the one with the same id.
    ///
    /// # Errors
    /// The person's id is not of the form of LINE's.
    pub(crate) fn put(&mut self, provider: usize, mut person: Person) -> Result<UserKey, UserId> {
        let key = match &person.user_id {
            Some(id) => UserKey::parse(id.as_str()).ok_or_else(|| id.clone())?,
            None => self.fresh_key(),
        };
        person.user_id = Some(key.id());
        if person.display_name.is_none() {
            person.display_name = Some(format!("user {}", self.by_key.len() + 1));
        }
        if let Some(old) = self.by_key.get(&key)
            && let Some(phone) = &old.person.phone
        {
            self.by_phone.remove(&(old.provider, phone_hash(phone)));
        }
        if let Some(phone) = &person.phone {
            self.by_phone.insert((provider, phone_hash(phone)), key);
        }
        self.by_key.insert(key, Known { person, provider });
        Ok(key)
    }

    pub(crate) fn get(&self, key: UserKey) -> Option<&Person> {
        self.by_key.get(&key).map(|known| &known.person)
    }

    /// The provider whose channels know a person.
    pub(crate) fn provider_of(&self, key: UserKey) -> Option<usize> {
        self.by_key.get(&key).map(|known| known.provider)
    }

    /// The person of a provider with the phone number of this hash.
    pub(crate) fn by_phone(&self, provider: usize, hash: &str) -> Option<UserKey> {
        self.by_phone.get(&(provider, hash.to_owned())).copied()
    }

    /// The highest place of a provider that anybody is of.
    pub(super) fn last_provider(&self) -> usize {
        self.by_key.values().map(|known| known.provider).max().unwrap_or(0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (UserKey, &Person)> {
        self.by_key.iter().map(|(key, known)| (*key, &known.person))
    }

    /// The people of one provider.
    pub(crate) fn of(&self, provider: usize) -> impl Iterator<Item = (UserKey, &Person)> {
        let known = self.by_key.iter().filter(move |(_, known)| known.provider == provider);
        known.map(|(key, known)| (*key, &known.person))
    }

    fn fresh_key(&mut self) -> UserKey {
        loop {
            self.made += 1;
            let key = UserKey(self.made.to_be_bytes());
            if !self.by_key.contains_key(&key) {
                return key;
            }
        }
    }
}

/// What LINE takes instead of a phone number: its SHA-256 in lower-case hexadecimal.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
fn phone_hash(phone: &str) -> String {
    use std::fmt::Write;

    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(phone.as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_hash_is_the_documented_one() {
        assert_eq!(
            phone_hash("+818000001234"),
            "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c"
        );
    }

    #[test]
    fn a_key_is_made_of_lines_form_only() {
        let id = "U0123456789abcdef0123456789abcdef";
        assert_eq!(UserKey::parse(id).unwrap().id().as_str(), id);
        for wrong in ["", "U1", "C0123456789abcdef0123456789abcdef", &id.to_uppercase(), "Uあ"] {
            assert_eq!(UserKey::parse(wrong), None, "{wrong}");
        }
        assert_eq!(hex("+123456789abcdef0123456789abcdef0"), None);
    }
}
