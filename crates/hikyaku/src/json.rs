use hikyaku_model::InvalidSecret;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny},
};

/// Reads JSON. Checking the whole text as UTF-8 first costs a quarter of checking it string by string.
pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_str(str::from_utf8(json).map_err(serde::de::Error::custom)?)
}

/// Returns whether valid JSON is an object. serde would also read an array as a struct.
pub(crate) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

/// Returns whether these bytes are a complete JSON object.
pub(crate) fn is_json_object(json: &[u8]) -> bool {
    is_object(json) && from_json::<IgnoredAny>(json).is_ok()
}

/// Reads a required secret from a response.
pub(crate) fn secret<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<String, Error = InvalidSecret>,
{
    String::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
}

/// Reads an optional secret from a response.
pub(crate) fn optional_secret<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<String, Error = InvalidSecret>,
{
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(T::try_from).transpose().map_err(D::Error::custom)
}
